import { setTimeout as sleep } from 'node:timers/promises';
import { fakeTimers } from './testing/fake-timers.ts';
import { jittered, pause, systemTimers, within } from './timers.ts';

test('does not fire a timer that was cancelled', async () => {
  let called = 0;
  const cancel = systemTimers.after(1, () => called++);
  systemTimers.after(1, () => called++);
  cancel();
  await sleep(10);
  expect(called).toBe(1);
});

test('does not fire a timer at once if its delay is too long for setTimeout', async () => {
  let called = 0;
  const cancel = systemTimers.after(30 * 24 * 3_600_000, () => called++);
  await sleep(10);
  cancel();
  expect(called).toBe(0);
});

test('fires a timer of a time that is over, without a warning', async () => {
  const warned: unknown[] = [];
  const keep = (warning: Error): void => void warned.push(warning.message);
  process.on('warning', keep);
  await new Promise<void>((resolve) => systemTimers.after(-148.5, resolve));
  await sleep(10);
  process.off('warning', keep);
  expect(warned).toEqual([]);
});

test('ends a pause when its time is over', async () => {
  const timers = fakeTimers();
  let over = false;
  void pause(timers, 100, new AbortController().signal).then(() => (over = true));
  await timers.advance(99);
  expect(over).toBe(false);
  await timers.advance(1);
  expect(over).toBe(true);
});

test('ends a pause when its signal is aborted, and leaves no timer running', async () => {
  const timers = fakeTimers();
  const controller = new AbortController();
  const paused = pause(timers, 100, controller.signal);
  controller.abort();
  await paused;
  await pause(timers, 100, controller.signal);
  expect(timers.pending).toBe(0);
});

test('makes a wait up to a tenth longer by adding jitter', () => {
  expect([jittered(100, () => 0), jittered(100, () => 1)]).toEqual([100, 110]);
});

describe('the function within', () => {
  test('returns the result or throws the error of work that ends in time, and leaves no timer running', async () => {
    const timers = fakeTimers();
    await expect(within(timers, 100, Promise.resolve('done'))).resolves.toBe('done');
    await expect(within(timers, 100, Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(timers.pending).toBe(0);
  });

  test('throws an error if the work takes longer than the time limit', async () => {
    const timers = fakeTimers();
    const late = expect(within(timers, 100, new Promise(() => undefined))).rejects.toThrow(
      'Expected an answer within 0.1 s, found none.',
    );
    await timers.advance(100);
    await late;
  });
});
