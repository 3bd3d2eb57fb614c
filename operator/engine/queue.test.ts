import type { QueueHooks } from './queue.ts';
import { aQueue, processAll, takeAll } from './testing/queue-harness.ts';

describe('a work queue', () => {
  test('hands out keys in the order in which they were added', async () => {
    const { queue } = aQueue();
    for (const key of ['b', 'a', 'c']) queue.add(key);
    expect([await queue.get(), await queue.get(), await queue.get()]).toEqual(['b', 'a', 'c']);
  });

  test('hands out a key only once if it is added twice', async () => {
    const { queue, timers } = aQueue();
    queue.add('a');
    queue.add('a');
    expect(queue.depth).toBe(1);
    const taken = takeAll(queue);
    await timers.advance(0);
    expect(taken).toEqual(['a']);
  });

  test('hands out a key one more time, not twice, if it is added twice while a worker processes it', async () => {
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

  test('gives an added key to the worker that has waited longest', async () => {
    const { queue } = aQueue();
    const first = queue.get();
    const second = queue.get();
    queue.add('a');
    queue.add('b');
    await expect(Promise.all([first, second])).resolves.toEqual(['a', 'b']);
  });

  test('ignores a call of `done` for a key that no worker has', async () => {
    const { queue } = aQueue();
    queue.add('a');
    queue.done('a');
    await expect(queue.get()).resolves.toBe('a');
  });
});

describe('a delayed key in a work queue', () => {
  test('hands out a delayed key after its delay', async () => {
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
  ])('hands out a key after the shorter of its two delays, %i and %i ms', async (first, second) => {
    const { queue, timers } = aQueue();
    const taken = processAll(queue, timers);
    const startTime = timers.now();
    queue.addAfter('a', first);
    queue.addAfter('a', second);
    expect(timers.pending).toBe(1);
    await timers.advance(1000);
    expect(taken).toEqual([{ key: 'a', at: startTime + 200 }]);
  });

  test('hands out a delayed key only once if it is also added without a delay', async () => {
    const { queue, timers } = aQueue();
    const taken = processAll(queue, timers);
    queue.addAfter('a', 500);
    queue.add('a');
    await timers.advance(1000);
    expect(taken).toHaveLength(1);
    expect(timers.pending).toBe(0);
  });

  test('counts the delay of a key from the call of `addAfter`, even while a worker processes the key', async () => {
    const { queue, timers } = aQueue();
    queue.add('a');
    await queue.get();
    queue.addAfter('a', 500);
    queue.done('a');
    const taken = takeAll(queue);
    await timers.advance(500);
    expect(taken).toEqual(['a']);
  });

  test('holds back a key whose delay ends while a worker processes it, until the worker has finished', async () => {
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

  test.each([0, -1])('queues a key at once if its delay is %i ms', async (ms) => {
    const { queue } = aQueue();
    queue.addAfter('a', ms);
    expect(queue.depth).toBe(1);
    await expect(queue.get()).resolves.toBe('a');
  });
});

describe('retries in a work queue', () => {
  test('waits twice as long before each further retry of a key, up to the longest delay', () => {
    const { queue } = aQueue({ firstDelay: 5, longestDelay: 60 });
    expect([1, 2, 3, 4, 5, 6].map(() => queue.addRateLimited('a'))).toEqual([5, 10, 20, 40, 60, 60]);
    expect(queue.retries('a')).toBe(6);
  });

  test('retries without end, with delays from 5 ms to 5 minutes by default', () => {
    const { queue } = aQueue();
    const delays = Array.from({ length: 2000 }, () => queue.addRateLimited('a'));
    expect(delays[0]).toBe(5);
    expect(delays.at(-1)).toBe(300_000);
  });

  test('counts retries per key, and starts again with the shortest delay after `forget`', () => {
    const { queue } = aQueue();
    queue.addRateLimited('a');
    queue.addRateLimited('a');
    expect(queue.addRateLimited('b')).toBe(5);
    queue.forget('a');
    expect(queue.retries('a')).toBe(0);
    expect(queue.addRateLimited('a')).toBe(5);
  });

  test('spreads the retries over time if several keys fail together', () => {
    const { queue } = aQueue({ firstDelay: 1000, random: Math.random });
    const delays = Array.from({ length: 20 }, (_, index) => queue.addRateLimited(`${index}`));
    expect(new Set(delays).size).toBeGreaterThan(1);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1100);
  });
});

describe('shutDown of a work queue', () => {
  test('resolves `shutDown` when the last worker has finished its key, and hands out no more keys', async () => {
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

  test('gives undefined to workers that wait for a key when the queue is shut down', async () => {
    const { queue } = aQueue();
    const waiting = queue.get();
    await queue.shutDown();
    await expect(waiting).resolves.toBeUndefined();
  });

  test('leaves no timer running and accepts no more keys after `shutDown`', async () => {
    const { queue, timers } = aQueue();
    queue.addAfter('a', 1000);
    await queue.shutDown();
    queue.add('b');
    queue.addAfter('c', 10);
    queue.addRateLimited('d');
    expect(timers.pending).toBe(0);
    expect(queue.depth).toBe(0);
  });

  test('drops a key that was added again while a worker processed it, when the queue is shut down', async () => {
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

describe('metrics of a work queue', () => {
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

  test('reports how long a key waited for a worker, and how long the worker processed it', async () => {
    const { queue, reports, timers } = withHooks();
    queue.add('a');
    await timers.advance(2000);
    await queue.get();
    await timers.advance(3000);
    queue.done('a');
    expect(reports).toEqual(['added', 'depth 1', 'depth 0', 'waited 2 s', 'worked 3 s']);
  });

  test('counts a key once in the metrics if it is added twice, and counts each retry', () => {
    const { queue, reports } = withHooks();
    queue.add('a');
    queue.add('a');
    queue.addRateLimited('b');
    expect(reports).toEqual(['added', 'depth 1', 'retried']);
  });

  test('reports the total time that all workers have spent on their current keys', async () => {
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
