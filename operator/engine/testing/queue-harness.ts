// A work queue with fake timers, and workers that take its keys, for tests of the queue.
import { fakeTimers } from '../../../support/testing/fake-timers.ts';
import type { FakeTimers } from '../../../support/testing/fake-timers.ts';
import { WorkQueue } from '../queue.ts';
import type { QueueOptions } from '../queue.ts';

/** Creates a work queue with fake timers and without random delays. */
export function aQueue(options: QueueOptions = {}) {
  const timers = fakeTimers();
  return { timers, queue: new WorkQueue({ timers, random: () => 0, ...options }) };
}

/** Takes every key from the queue, but never calls `done`. @returns a list to which each taken key is added */
export function takeAll(queue: WorkQueue): string[] {
  const taken: string[] = [];
  const take = async (): Promise<void> => {
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) taken.push(key);
  };
  void take();
  return taken;
}

/**
 * Takes every key from the queue and calls `done` at once. @returns a list to which each taken key is added with its
 * time
 */
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
