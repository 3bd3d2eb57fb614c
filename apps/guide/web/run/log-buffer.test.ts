import { LogBuffer } from './log-buffer.ts';

test('returns the lines of a log in order', () => {
  const log = new LogBuffer();
  log.add('one');
  log.add('two');
  expect(log.text()).toBe('one\ntwo');
});

test('keeps the newest 400 lines of an endless log, and counts the older lines', () => {
  const log = new LogBuffer();
  for (let line = 1; line <= 100_000; line += 1) log.add(`line ${line}`);
  const shown = log.text().split('\n');
  expect([shown.length, shown[0], shown.at(-1)]).toEqual([401, '(99600 older lines are not shown)', 'line 100000']);
  expect(log.lines.length).toBeLessThanOrEqual(800);
});

test('cuts a log line that is megabytes long', () => {
  const log = new LogBuffer();
  log.add('x'.repeat(5_000_000));
  expect(log.text().length).toBeLessThan(2_100);
  expect(log.text()).toContain('4998000 more characters');
});
