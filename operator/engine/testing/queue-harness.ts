// A work queue and its workers, for tests of the queue.
import { fakeTimers } from '../../../support/testing/fake-timers.ts';
import type { FakeTimers } from '../../../support/testing/fake-timers.ts';
import { WorkQueue } from '../queue.ts';
import type { QueueOptions } from '../queue.ts';

/** A queue with fake timers and without jitter. */
export function aQueue(options: QueueOptions = {}) {
  const timers = fakeTimers();
  return { timers, queue: new WorkQueue({ timers, random: () => 0, ...options }) };
}

/** Takes every key and never returns one with `done`. @returns the keys taken so far */
export function takeAll(queue: WorkQueue): string[] {
  const taken: string[] = [];
  const take = async (): Promise<void> => {
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) taken.push(key);
  };
  void take();
  return taken;
}

/** Takes every key and is done with it at once. @returns the keys taken so far, with times */
export function processAll(queue: WorkQueue, timers: FakeTimers): { key: string; at: number }[] {
  const taken: { key: string; at: number }[] = [];
  const take = async (): Promise<void> => {
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
      taken.push({ key, at: timers.now() });
      queue.done(key);
    }
  };
  void take();
  return taken;
}
