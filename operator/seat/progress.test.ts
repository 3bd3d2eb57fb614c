import { progressOf } from './progress.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';

const NOW = Date.UTC(2026, 0, 5, 9);
const written = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'lab-progress' },
  data,
});
const read = (data: Record<string, string>) => progressOf(written(data), NOW);

test('reads the numbers of passed and of all exercises, and the time of the last activity', () => {
  expect(read({ passed: '3', total: '12', lastActivity: '2026-01-05T08:59:30.5+01:00' })).toEqual({
    exercises: { passed: 3, total: 12 },
    progress: '3/12',
    lastActivity: '2026-01-05T07:59:30Z',
  });
});

test('returns no progress for a missing or empty ConfigMap', () => {
  expect(progressOf(undefined, NOW)).toEqual({});
  expect(read({})).toEqual({});
});

test('limits the number of passed exercises to the total, and the total to 999', () => {
  expect(read({ passed: '99', total: '12' })).toMatchObject({ progress: '12/12' });
  expect(read({ passed: '999999999', total: '999999999' })).toMatchObject({ progress: '999/999' });
});

test.each(['-1', '1e9', '0x10', '1.5', ' 3', '3\n', '\u001b[31m3', 'NaN', '٣', '9'.repeat(10), ''])(
  'ignores %j as a number of exercises',
  (passed) => {
    expect(read({ passed, total: '12' })).toEqual({});
  },
);

test.each([
  'yesterday',
  '2026-01-05',
  '2026-13-45T99:99:99Z',
  '2026-01-05T09:00:00Z\nREADY',
  '2026-01-05T09:00:00 ',
  '1969-01-01T00:00:00Z',
  '2027-01-01T00:00:00Z',
])('ignores %j as the time of the last activity', (lastActivity) => {
  expect(read({ lastActivity })).toEqual({});
});

test('replaces an activity time slightly in the future with the current time', () => {
  expect(read({ lastActivity: '2026-01-05T09:03:00Z' })).toEqual({ lastActivity: '2026-01-05T09:00:00Z' });
});
