import type { LogRecord } from '../../explore-contract.ts';
import { LogWindow, maxRows } from './log-window.ts';

const records = (from: number, count: number): LogRecord[] =>
  Array.from({ length: count }, (_none, at) => ({
    id: from + at,
    time: 0,
    service: 'dice',
    scope: '',
    severity: 'info',
    severityText: '',
    body: '',
    attributes: {},
    resource: {},
  }));

test('shows at most 500 rows, and removes the oldest', () => {
  const log = new LogWindow();
  expect(log.add(records(1, 400), true)).toMatchObject({ removed: 0, added: { length: 400 } });
  expect(log.add(records(401, 250), true)).toMatchObject({ removed: 150, added: { length: 250 } });
  const { removed, added } = log.add(records(651, 2_000), true);
  expect([removed, added.length, added.at(-1)?.id]).toEqual([maxRows, maxRows, 2_650]);
});

test('lets newer records wait while the reader reads older ones, keeps the newest 500, and counts all', () => {
  const log = new LogWindow();
  log.add(records(1, 10), true);
  expect(log.add(records(11, 600), false)).toEqual({ removed: 0, added: [] });
  log.add(records(611, 30), false);
  expect(log.waiting).toBe(630);
  const { removed, added } = log.flush();
  expect([removed, added.length, added.at(-1)?.id, log.waiting]).toEqual([10, maxRows, 640, 0]);
});

test('starts again with no rows', () => {
  const log = new LogWindow();
  log.add(records(1, 500), true);
  log.clear();
  expect(log.add(records(501, 500), true)).toMatchObject({ removed: 0, added: { length: 500 } });
});
