import { progressOf } from './progress.ts';
import type { ConfigMap } from './types.ts';

const NOW = Date.UTC(2026, 0, 5, 9);
const written = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'lab-progress' },
  data,
});
const read = (data: Record<string, string>) => progressOf(written(data), NOW);

test('numbers and a time are taken as they are', () => {
  expect(read({ passed: '3', total: '12', lastActivity: '2026-01-05T08:59:30.5+01:00' })).toEqual({
    exercises: { passed: 3, total: 12 },
    progress: '3/12',
    lastActivity: '2026-01-05T07:59:30Z',
  });
});

test('nothing is said where nothing was written', () => {
  expect(progressOf(undefined, NOW)).toEqual({});
  expect(read({})).toEqual({});
});

test('more are passed than there are for nobody, and there are at most 999', () => {
  expect(read({ passed: '99', total: '12' })).toMatchObject({ progress: '12/12' });
  expect(read({ passed: '999999999', total: '999999999' })).toMatchObject({ progress: '999/999' });
});

test.each(['-1', '1e9', '0x10', '1.5', ' 3', '3\n', '\u001b[31m3', 'NaN', '٣', '9'.repeat(10), ''])(
  '%j is no number of exercises',
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
])('%j is no time of activity', (lastActivity) => {
  expect(read({ lastActivity })).toEqual({});
});

test('a clock that is a little ahead is taken for now', () => {
  expect(read({ lastActivity: '2026-01-05T09:03:00Z' })).toEqual({ lastActivity: '2026-01-05T09:00:00Z' });
});
