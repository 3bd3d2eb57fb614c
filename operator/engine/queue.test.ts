import fc from 'fast-check';
import { fakeTimers } from '../../support/testing/fake-timers.ts';
import type { FakeTimers } from '../../support/testing/fake-timers.ts';
import { WorkQueue } from './queue.ts';
import type { QueueHooks, QueueOptions } from './queue.ts';

function setUp(options: QueueOptions = {}) {
  const timers = fakeTimers();
  return { timers, queue: new WorkQueue({ timers, random: () => 0, ...options }) };
}

/** What the workers have been handed, without any of them ever being done. */
function greedy(queue: WorkQueue): string[] {
  const taken: string[] = [];
  const take = async (): Promise<void> => {
    for (let key = await queue.get(); key !== undefined; key = await queue.get()) taken.push(key);
  };
  void take();
  return taken;
}

/** Takes each key as it comes and is done with it at once; gives the times. */
function quick(queue: WorkQueue, timers: FakeTimers): { key: string; at: number }[] {
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

describe('adding', () => {
  test('keys are handed out in the order in which they came', async () => {
    const { queue } = setUp();
    for (const key of ['b', 'a', 'c']) queue.add(key);
    expect([await queue.get(), await queue.get(), await queue.get()]).toEqual(['b', 'a', 'c']);
  });

  test('a key that is added again while it waits is handed out once', async () => {
    const { queue, timers } = setUp();
    queue.add('a');
    queue.add('a');
    expect(queue.depth).toBe(1);
    const taken = greedy(queue);
    await timers.advance(0);
    expect(taken).toEqual(['a']);
  });

  test('a key that is added while it is worked on is handed out again after that, once, and not before', async () => {
    const { queue, timers } = setUp();
    queue.add('a');
    await queue.get();
    const taken = greedy(queue);
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

  test('a worker that waits gets the next key that comes', async () => {
    const { queue } = setUp();
    const first = queue.get();
    const second = queue.get();
    queue.add('a');
    queue.add('b');
    await expect(Promise.all([first, second])).resolves.toEqual(['a', 'b']);
  });

  test('being done with a key that was never handed out changes nothing', async () => {
    const { queue } = setUp();
    queue.add('a');
    queue.done('a');
    await expect(queue.get()).resolves.toBe('a');
  });
});

describe('adding for later', () => {
  test('a key is handed out when its time has come', async () => {
    const { queue, timers } = setUp();
    const taken = greedy(queue);
    queue.addAfter('a', 500);
    await timers.advance(499);
    expect(taken).toEqual([]);
    await timers.advance(1);
    expect(taken).toEqual(['a']);
  });

  test.each([
    [500, 200],
    [200, 500],
  ])('of two times, %i and %i ms, the earlier one counts, and there is one timer', async (one, other) => {
    const { queue, timers } = setUp();
    const taken = quick(queue, timers);
    const began = timers.now();
    queue.addAfter('a', one);
    queue.addAfter('a', other);
    expect(timers.pending).toBe(1);
    await timers.advance(1000);
    expect(taken).toEqual([{ key: 'a', at: began + 200 }]);
  });

  test('a key that is handed out before its time is not handed out once more at it', async () => {
    const { queue, timers } = setUp();
    const taken = quick(queue, timers);
    queue.addAfter('a', 500);
    queue.add('a');
    await timers.advance(1000);
    expect(taken).toHaveLength(1);
    expect(timers.pending).toBe(0);
  });

  test('a time that is asked for during the work counts from then', async () => {
    const { queue, timers } = setUp();
    queue.add('a');
    await queue.get();
    queue.addAfter('a', 500);
    queue.done('a');
    const taken = greedy(queue);
    await timers.advance(500);
    expect(taken).toEqual(['a']);
  });

  test('a time that has come while the key is still worked on is met after that', async () => {
    const { queue, timers } = setUp();
    queue.add('a');
    await queue.get();
    const taken = greedy(queue);
    queue.addAfter('a', 500);
    await timers.advance(600);
    expect(taken).toEqual([]);
    queue.done('a');
    await timers.advance(0);
    expect(taken).toEqual(['a']);
  });

  test.each([0, -1])('%i ms is now', async (ms) => {
    const { queue } = setUp();
    queue.addAfter('a', ms);
    expect(queue.depth).toBe(1);
    await expect(queue.get()).resolves.toBe('a');
  });
});

describe('retrying', () => {
  test('each retry of a key waits twice as long as the one before, up to the longest delay', () => {
    const { queue } = setUp({ firstDelay: 5, longestDelay: 60 });
    expect([1, 2, 3, 4, 5, 6].map(() => queue.addRateLimited('a'))).toEqual([5, 10, 20, 40, 60, 60]);
    expect(queue.retries('a')).toBe(6);
  });

  test('unless told otherwise they wait from 5 ms to 5 minutes, and never stop', () => {
    const { queue } = setUp();
    const delays = Array.from({ length: 2000 }, () => queue.addRateLimited('a'));
    expect(delays[0]).toBe(5);
    expect(delays.at(-1)).toBe(300_000);
  });

  test('keys fail apart from each other, and one that is forgotten begins anew', () => {
    const { queue } = setUp();
    queue.addRateLimited('a');
    queue.addRateLimited('a');
    expect(queue.addRateLimited('b')).toBe(5);
    queue.forget('a');
    expect(queue.retries('a')).toBe(0);
    expect(queue.addRateLimited('a')).toBe(5);
  });

  test('keys that fail together do not come back together', () => {
    const { queue } = setUp({ firstDelay: 1000, random: Math.random });
    const delays = Array.from({ length: 20 }, (_, index) => queue.addRateLimited(`${index}`));
    expect(new Set(delays).size).toBeGreaterThan(1);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1100);
  });
});

describe('shutting down', () => {
  test('ends when the last key in work is done; workers get nothing more', async () => {
    const { queue, timers } = setUp();
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

  test('sends away the workers that wait', async () => {
    const { queue } = setUp();
    const waiting = queue.get();
    await queue.shutDown();
    await expect(waiting).resolves.toBeUndefined();
  });

  test('leaves no timer, and takes no key', async () => {
    const { queue, timers } = setUp();
    queue.addAfter('a', 1000);
    await queue.shutDown();
    queue.add('b');
    queue.addAfter('c', 10);
    queue.addRateLimited('d');
    expect(timers.pending).toBe(0);
    expect(queue.depth).toBe(0);
  });

  test('drops a key that was added while it was worked on', async () => {
    const { queue } = setUp();
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
  const watched = () => {
    const said: string[] = [];
    const hooks: QueueHooks = {
      depth: (keys) => said.push(`depth ${keys}`),
      added: () => said.push('added'),
      retried: () => said.push('retried'),
      started: (seconds) => said.push(`waited ${seconds} s`),
      finished: (seconds) => said.push(`worked ${seconds} s`),
    };
    return { said, ...setUp({ hooks }) };
  };

  test('tell how long a key waited and how long it was worked on', async () => {
    const { queue, said, timers } = watched();
    queue.add('a');
    await timers.advance(2000);
    await queue.get();
    await timers.advance(3000);
    queue.done('a');
    expect(said).toEqual(['added', 'depth 1', 'depth 0', 'waited 2 s', 'worked 3 s']);
  });

  test('count a key that waits already once, and each retry', () => {
    const { queue, said } = watched();
    queue.add('a');
    queue.add('a');
    queue.addRateLimited('b');
    expect(said).toEqual(['added', 'depth 1', 'retried']);
  });

  test('tell for how long unfinished work has been worked on', async () => {
    const { queue, timers } = setUp();
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

describe('whatever is added in whatever order', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const act = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), key }),
    fc.record({ kind: fc.constant('after' as const), key, ms: fc.integer({ min: -5, max: 100 }) }),
    fc.record({ kind: fc.constant('retry' as const), key }),
    fc.record({ kind: fc.constant('forget' as const), key }),
    fc.record({ kind: fc.constant('take' as const) }),
    fc.record({ kind: fc.constant('done' as const), which: fc.nat(5) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(60) }),
  );
  type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

  /** Plays acts on a queue and keeps, in one row, what was asked of it and what it handed out. */
  function play() {
    const { queue, timers } = setUp({ longestDelay: 100 });
    const row: { asked?: string; began?: string }[] = [];
    const held: string[] = [];
    const twice: string[] = [];
    const take = async (): Promise<void> => {
      const taken = await queue.get();
      if (taken === undefined) return;
      if (held.includes(taken)) twice.push(taken);
      held.push(taken);
      row.push({ began: taken });
    };
    const ask = (asked: string, how: () => unknown): void => {
      row.push({ asked });
      how();
    };
    const acts: { [K in Act['kind']]: (act: Extract<Act, { kind: K }>) => unknown } = {
      add: (act) => ask(act.key, () => queue.add(act.key)),
      after: (act) => ask(act.key, () => queue.addAfter(act.key, act.ms)),
      retry: (act) => ask(act.key, () => queue.addRateLimited(act.key)),
      forget: (act) => queue.forget(act.key),
      take: () => void take(),
      done: ({ which }) => held.splice(which % Math.max(held.length, 1), 1).forEach((one) => queue.done(one)),
      pass: ({ ms }) => timers.advance(ms),
    };
    return {
      queue,
      timers,
      row,
      held,
      twice,
      perform: async (one: Act) => {
        await acts[one.kind](one as never);
        await timers.advance(0);
      },
    };
  }

  test('no key is ever in the hands of two workers, and none that was asked for is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const { row, held, twice, perform } = play();
        for (const one of acts) await perform(one);
        for (let turn = 0; turn < 12; turn++) {
          // three keys, at most held, waiting, again and for later
          await perform({ kind: 'pass', ms: 200 });
          for (let taker = 0; taker < 3; taker++) await perform({ kind: 'take' });
          while (held.length > 0) await perform({ kind: 'done', which: 0 });
        }
        expect(twice).toEqual([]);
        const lost = row.filter(
          ({ asked }, at) => asked !== undefined && !row.slice(at).some(({ began }) => began === asked),
        );
        expect(lost).toEqual([]);
        expect(row.filter(({ began }) => began).length).toBeLessThanOrEqual(row.filter(({ asked }) => asked).length);
      }),
      { numRuns: 150 },
    );
  });

  test('where a worker is free, every key is handed out no later than was asked', async () => {
    const delays = fc.array(fc.record({ key, ms: fc.integer({ min: 0, max: 100 }), wait: fc.nat(50) }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(delays, async (asked) => {
        const { queue, timers } = setUp();
        const taken = quick(queue, timers);
        const calls = [];
        for (const { key, ms, wait } of asked) {
          calls.push({ key, from: timers.now(), due: timers.now() + ms });
          queue.addAfter(key, ms);
          await timers.advance(wait);
        }
        await timers.advance(200);
        const late = calls.filter(
          (call) => !taken.some(({ key, at }) => key === call.key && at >= call.from && at <= call.due),
        );
        expect(late).toEqual([]);
        expect(timers.pending).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
