import { FINDINGS, findingText, HOPS, isFinding } from './findings.ts';
import type { FindingId } from './findings.ts';

const ids = Object.keys(FINDINGS) as FindingId[];

test.each(ids)('has a short text without a full stop, and an id that fits into a status, for %s', (id) => {
  expect(findingText(id)).toMatch(/^[^.]([^.]|\.(?! |$)){8,80}$/);
  expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*(\/[a-z0-9]+(-[a-z0-9]+)*)?$/);
  expect(id.length).toBeLessThanOrEqual(63);
});

test('has a finding for each hop, for problems without one of their own', () => {
  expect(HOPS.filter((hop) => !isFinding(hop))).toEqual([]);
});

test.each(['', 'constructor', '__proto__', 'code/hello', ['pod'], 5, null, undefined])('has no finding %j', (id) => {
  expect(isFinding(id)).toBe(false);
});
