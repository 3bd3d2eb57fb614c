import { setTimeout as sleep } from 'node:timers/promises';
import { fakeTimers } from './testing/fake-timers.ts';
import { jittered, pause, systemTimers, within } from './timers.ts';

test('a timer can be called off', async () => {
  let called = 0;
  const cancel = systemTimers.after(1, () => called++);
  systemTimers.after(1, () => called++);
  cancel();
  await sleep(10);
  expect(called).toBe(1);
});

test('a timer that is set for longer than setTimeout knows does not fire at once', async () => {
  let called = 0;
  const cancel = systemTimers.after(30 * 24 * 3_600_000, () => called++);
  await sleep(10);
  cancel();
  expect(called).toBe(0);
});

test('a pause ends when its time is over', async () => {
  const timers = fakeTimers();
  let over = false;
  void pause(timers, 100, new AbortController().signal).then(() => (over = true));
  await timers.advance(99);
  expect(over).toBe(false);
  await timers.advance(1);
  expect(over).toBe(true);
});

test('a pause ends when it is aborted, and leaves no timer', async () => {
  const timers = fakeTimers();
  const controller = new AbortController();
  const paused = pause(timers, 100, controller.signal);
  controller.abort();
  await paused;
  await pause(timers, 100, controller.signal);
  expect(timers.pending).toBe(0);
});

test('what is jittered lasts as long as it was to, or up to a tenth longer', () => {
  expect([jittered(100, () => 0), jittered(100, () => 1)]).toEqual([100, 110]);
});

describe('within a time', () => {
  test('what work gives, or fails with, is passed on, and no timer stays', async () => {
    const timers = fakeTimers();
    await expect(within(timers, 100, Promise.resolve('done'))).resolves.toBe('done');
    await expect(within(timers, 100, Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(timers.pending).toBe(0);
  });

  test('work that takes longer has failed', async () => {
    const timers = fakeTimers();
    const late = expect(within(timers, 100, new Promise(() => undefined))).rejects.toThrow(
      'Expected an answer within 0.1 s, found none.',
    );
    await timers.advance(100);
    await late;
  });
});
