import { recordPartialSuccess } from './loss-observer.ts';
import { Recorder } from './report.ts';

const MESSAGE = 'Received Partial Success response:';

/** Returns what a process reports as lost after the SDK has printed this. */
function lossesAfter(message: string, ...more: readonly string[]) {
  const recorder = new Recorder();
  recordPartialSuccess(recorder, message, more);
  return recorder
    .report({ port: 8080, listening: [] })
    .losses.map(({ ago, ...loss }) => ({ ...loss, isNew: ago < 99 }));
}

test.each([
  ['rejectedSpans', 'traces'],
  ['rejectedDataPoints', 'metrics'],
  ['rejectedLogRecords', 'logs'],
])('counts %s of a partial success among the lost %s', (field, signal) => {
  expect(lossesAfter(MESSAGE, JSON.stringify({ [field]: '3', errorMessage: 'too old' }))).toEqual([
    { signal, at: 'export', message: 'too old', count: 3, isNew: true },
  ]);
});

test.each([
  ['a warning about nothing lost', MESSAGE, ['{"rejectedSpans":"0","errorMessage":"use v2"}']],
  ['another warning', 'Dropping extra attributes.', []],
  ['what is not JSON', MESSAGE, ['{']],
])('counts nothing for %s', (_what, message, more) => expect(lossesAfter(message, ...more)).toEqual([]));

test('adds up what is lost for the same reason, and reports little, whatever errors say', () => {
  const recorder = new Recorder();
  for (let index = 0; index < 100; index += 1) recorder.lost('logs', 'export', `error ${index} ${'x'.repeat(999)}`, 2);
  for (const count of [3, 4]) recorder.lost('logs', 'queue', '2048', count);
  const { losses } = recorder.report({ port: 8080, listening: [] });
  expect(losses.find(({ at }) => at === 'queue')).toMatchObject({ signal: 'logs', message: '2048', count: 7 });
  expect(JSON.stringify(losses).length).toBeLessThan(10_000);
});
