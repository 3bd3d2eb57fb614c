import { LogBuffer } from './log-buffer.ts';

test('lines come out as they came in', () => {
  const log = new LogBuffer();
  log.add('one');
  log.add('two');
  expect(log.text()).toBe('one\ntwo');
});

test('of a program that prints without an end the newest 400 lines are shown, and how many are not', () => {
  const log = new LogBuffer();
  for (let line = 1; line <= 100_000; line += 1) log.add(`line ${line}`);
  const shown = log.text().split('\n');
  expect([shown.length, shown[0], shown.at(-1)]).toEqual([401, '(99600 older lines are not shown)', 'line 100000']);
  expect(log.lines.length).toBeLessThanOrEqual(800);
});

test('a line of megabytes is cut', () => {
  const log = new LogBuffer();
  log.add('x'.repeat(5_000_000));
  expect(log.text().length).toBeLessThan(2_100);
  expect(log.text()).toContain('4998000 more characters');
});
