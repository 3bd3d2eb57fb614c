import type { QueueHooks } from './queue.ts';
import { aQueue, processAll, takeAll } from './testing/queue-harness.ts';

describe('adding', () => {
  test('hands out keys in order of arrival', async () => {
    const { queue } = aQueue();
    for (const key of ['b', 'a', 'c']) queue.add(key);
    expect([await queue.get(), await queue.get(), await queue.get()]).toEqual(['b', 'a', 'c']);
  });

  test('hands out a key once that was added twice', async () => {
    const { queue, timers } = aQueue();
    queue.add('a');
    queue.add('a');
    expect(queue.depth).toBe(1);
    const taken = takeAll(queue);
    await timers.advance(0);
    expect(taken).toEqual(['a']);
  });

  test('hands out a key again, once, that was added while a worker had it', async () => {
    const { queue, timers } = aQueue();
    queue.add('a');
    await queue.get();
    const taken = takeAll(queue);
    queue.add('a');
    queue.add('a');
    await timers.advance(1000);
    expect(taken).toEqual([]);
    queue.done('a');
    await timers.advance(0);
    expect(taken).toEqual(['a']);
    queue.done('a');
    await timers.advance(0);
    expect(taken).toEqual(['a']);
  });

  test('gives the next key to a waiting worker', async () => {
    const { queue } = aQueue();
    const first = queue.get();
    const second = queue.get();
    queue.add('a');
    queue.add('b');
    await expect(Promise.all([first, second])).resolves.toEqual(['a', 'b']);
  });

  test('ignores `done` for a key that was never handed out', async () => {
    const { queue } = aQueue();
    queue.add('a');
    queue.done('a');
    await expect(queue.get()).resolves.toBe('a');
  });
});

describe('adding with a delay', () => {
  test('hands out the key after the delay', async () => {
    const { queue, timers } = aQueue();
    const taken = takeAll(queue);
    queue.addAfter('a', 500);
    await timers.advance(499);
    expect(taken).toEqual([]);
    await timers.advance(1);
    expect(taken).toEqual(['a']);
  });

  test.each([
    [500, 200],
    [200, 500],
  ])('uses the earlier of two delays, %i and %i ms, and one timer', async (first, second) => {
    const { queue, timers } = aQueue();
    const taken = processAll(queue, timers);
    const startTime = timers.now();
    queue.addAfter('a', first);
    queue.addAfter('a', second);
    expect(timers.pending).toBe(1);
    await timers.advance(1000);
    expect(taken).toEqual([{ key: 'a', at: startTime + 200 }]);
  });

  test('drops the delay of a key that was handed out before', async () => {
    const { queue, timers } = aQueue();
    const taken = processAll(queue, timers);
    queue.addAfter('a', 500);
    queue.add('a');
    await timers.advance(1000);
    expect(taken).toHaveLength(1);
    expect(timers.pending).toBe(0);
  });

  test('starts a delay that is requested during the work at once', async () => {
    const { queue, timers } = aQueue();
    queue.add('a');
    await queue.get();
    queue.addAfter('a', 500);
    queue.done('a');
    const taken = takeAll(queue);
    await timers.advance(500);
    expect(taken).toEqual(['a']);
  });

  test('hands out a key after the work if its delay ends during the work', async () => {
    const { queue, timers } = aQueue();
    queue.add('a');
    await queue.get();
    const taken = takeAll(queue);
    queue.addAfter('a', 500);
    await timers.advance(600);
    expect(taken).toEqual([]);
    queue.done('a');
    await timers.advance(0);
    expect(taken).toEqual(['a']);
  });

  test.each([0, -1])('queues at once for %i ms', async (ms) => {
    const { queue } = aQueue();
    queue.addAfter('a', ms);
    expect(queue.depth).toBe(1);
    await expect(queue.get()).resolves.toBe('a');
  });
});

describe('retrying', () => {
  test('doubles the delay with each retry, up to the longest delay', () => {
    const { queue } = aQueue({ firstDelay: 5, longestDelay: 60 });
    expect([1, 2, 3, 4, 5, 6].map(() => queue.addRateLimited('a'))).toEqual([5, 10, 20, 40, 60, 60]);
    expect(queue.retries('a')).toBe(6);
  });

  test('retries for ever, from 5 ms to 5 minutes by default', () => {
    const { queue } = aQueue();
    const delays = Array.from({ length: 2000 }, () => queue.addRateLimited('a'));
    expect(delays[0]).toBe(5);
    expect(delays.at(-1)).toBe(300_000);
  });

  test('counts failures per key, and starts over after `forget`', () => {
    const { queue } = aQueue();
    queue.addRateLimited('a');
    queue.addRateLimited('a');
    expect(queue.addRateLimited('b')).toBe(5);
    queue.forget('a');
    expect(queue.retries('a')).toBe(0);
    expect(queue.addRateLimited('a')).toBe(5);
  });

  test('spreads the retries of keys that fail together', () => {
    const { queue } = aQueue({ firstDelay: 1000, random: Math.random });
    const delays = Array.from({ length: 20 }, (_, index) => queue.addRateLimited(`${index}`));
    expect(new Set(delays).size).toBeGreaterThan(1);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1100);
  });
});

describe('shutting down', () => {
  test('resolves when the last key is done, and hands out no more keys', async () => {
    const { queue, timers } = aQueue();
    queue.add('a');
    queue.add('b');
    await queue.get();
    let ended = false;
    void queue.shutDown().then(() => (ended = true));
    await expect(queue.get()).resolves.toBeUndefined();
    await timers.advance(0);
    expect(ended).toBe(false);
    queue.done('a');
    await timers.advance(0);
    expect(ended).toBe(true);
  });

  test('releases waiting workers', async () => {
    const { queue } = aQueue();
    const waiting = queue.get();
    await queue.shutDown();
    await expect(waiting).resolves.toBeUndefined();
  });

  test('leaves no timer and accepts no key', async () => {
    const { queue, timers } = aQueue();
    queue.addAfter('a', 1000);
    await queue.shutDown();
    queue.add('b');
    queue.addAfter('c', 10);
    queue.addRateLimited('d');
    expect(timers.pending).toBe(0);
    expect(queue.depth).toBe(0);
  });

  test('drops a key that was added while a worker had it', async () => {
    const { queue } = aQueue();
    queue.add('a');
    await queue.get();
    queue.add('a');
    const ended = queue.shutDown();
    queue.done('a');
    await ended;
    expect(queue.depth).toBe(0);
  });
});

describe('metrics', () => {
  const withHooks = () => {
    const reports: string[] = [];
    const hooks: QueueHooks = {
      depth: (keys) => reports.push(`depth ${keys}`),
      added: () => reports.push('added'),
      retried: () => reports.push('retried'),
      started: (seconds) => reports.push(`waited ${seconds} s`),
      finished: (seconds) => reports.push(`worked ${seconds} s`),
    };
    return { reports, ...aQueue({ hooks }) };
  };

  test('report how long a key waited and how long a worker had it', async () => {
    const { queue, reports, timers } = withHooks();
    queue.add('a');
    await timers.advance(2000);
    await queue.get();
    await timers.advance(3000);
    queue.done('a');
    expect(reports).toEqual(['added', 'depth 1', 'depth 0', 'waited 2 s', 'worked 3 s']);
  });

  test('count a waiting key once, and each retry', () => {
    const { queue, reports } = withHooks();
    queue.add('a');
    queue.add('a');
    queue.addRateLimited('b');
    expect(reports).toEqual(['added', 'depth 1', 'retried']);
  });

  test('report how long unfinished work has been running', async () => {
    const { queue, timers } = aQueue();
    for (const key of ['a', 'b']) queue.add(key);
    await queue.get();
    await timers.advance(1000);
    await queue.get();
    await timers.advance(500);
    expect(queue.unfinishedWork).toBe(2);
    queue.done('a');
    expect(queue.unfinishedWork).toBe(0.5);
  });
});
