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

  test('hands out a key once more if it is added twice while a worker processes it', async () => {
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
  test('is handed out after the delay', async () => {
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
  ])('is handed out after the shorter of two delays, %i and %i ms', async (first, second) => {
    const { queue, timers } = aQueue();
    const taken = processAll(queue, timers);
    const startTime = timers.now();
    queue.addAfter('a', first);
    queue.addAfter('a', second);
    expect(timers.pending).toBe(1);
    await timers.advance(1000);
    expect(taken).toEqual([{ key: 'a', at: startTime + 200 }]);
  });

  test('is not handed out a second time if it was added before the delay ended', async () => {
    const { queue, timers } = aQueue();
    const taken = processAll(queue, timers);
    queue.addAfter('a', 500);
    queue.add('a');
    await timers.advance(1000);
    expect(taken).toHaveLength(1);
    expect(timers.pending).toBe(0);
  });

  test('counts its delay from the call of `addAfter`, even while a worker processes the key', async () => {
    const { queue, timers } = aQueue();
    queue.add('a');
    await queue.get();
    queue.addAfter('a', 500);
    queue.done('a');
    const taken = takeAll(queue);
    await timers.advance(500);
    expect(taken).toEqual(['a']);
  });

  test('is handed out when the worker has finished, if the delay ends before that', async () => {
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

  test.each([0, -1])('is queued at once if the delay is %i ms', async (ms) => {
    const { queue } = aQueue();
    queue.addAfter('a', ms);
    expect(queue.depth).toBe(1);
    await expect(queue.get()).resolves.toBe('a');
  });
});

describe('retries in a work queue', () => {
  test('wait twice as long each time, up to the longest delay', () => {
    const { queue } = aQueue({ firstDelay: 5, longestDelay: 60 });
    expect([1, 2, 3, 4, 5, 6].map(() => queue.addRateLimited('a'))).toEqual([5, 10, 20, 40, 60, 60]);
    expect(queue.retries('a')).toBe(6);
  });

  test('never stop, and wait from 5 ms to 5 minutes by default', () => {
    const { queue } = aQueue();
    const delays = Array.from({ length: 2000 }, () => queue.addRateLimited('a'));
    expect(delays[0]).toBe(5);
    expect(delays.at(-1)).toBe(300_000);
  });

  test('are counted per key, and start again with the shortest delay after `forget`', () => {
    const { queue } = aQueue();
    queue.addRateLimited('a');
    queue.addRateLimited('a');
    expect(queue.addRateLimited('b')).toBe(5);
    queue.forget('a');
    expect(queue.retries('a')).toBe(0);
    expect(queue.addRateLimited('a')).toBe(5);
  });

  test('are spread over time if several keys fail together', () => {
    const { queue } = aQueue({ firstDelay: 1000, random: Math.random });
    const delays = Array.from({ length: 20 }, (_, index) => queue.addRateLimited(`${index}`));
    expect(new Set(delays).size).toBeGreaterThan(1);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1100);
  });
});

describe('shutDown of a work queue', () => {
  test('resolves when the last worker has finished its key, and hands out no more keys', async () => {
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

  test('gives undefined to workers that wait for a key', async () => {
    const { queue } = aQueue();
    const waiting = queue.get();
    await queue.shutDown();
    await expect(waiting).resolves.toBeUndefined();
  });

  test('leaves no timer running and accepts no more keys', async () => {
    const { queue, timers } = aQueue();
    queue.addAfter('a', 1000);
    await queue.shutDown();
    queue.add('b');
    queue.addAfter('c', 10);
    queue.addRateLimited('d');
    expect(timers.pending).toBe(0);
    expect(queue.depth).toBe(0);
  });

  test('drops a key that was added again while a worker processed it', async () => {
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

  test('report how long a key waited for a worker, and how long the worker processed it', async () => {
    const { queue, reports, timers } = withHooks();
    queue.add('a');
    await timers.advance(2000);
    await queue.get();
    await timers.advance(3000);
    queue.done('a');
    expect(reports).toEqual(['added', 'depth 1', 'depth 0', 'waited 2 s', 'worked 3 s']);
  });

  test('count a key once if it is added twice, and count each retry', () => {
    const { queue, reports } = withHooks();
    queue.add('a');
    queue.add('a');
    queue.addRateLimited('b');
    expect(reports).toEqual(['added', 'depth 1', 'retried']);
  });

  test('report how long all workers have processed their current keys in total', async () => {
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
