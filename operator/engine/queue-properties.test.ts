import fc from 'fast-check';
import { aQueue, processAll } from './testing/queue-harness.ts';

describe('a work queue under random sequences of calls', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), key }),
    fc.record({ kind: fc.constant('after' as const), key, ms: fc.integer({ min: -5, max: 100 }) }),
    fc.record({ kind: fc.constant('retry' as const), key }),
    fc.record({ kind: fc.constant('forget' as const), key }),
    fc.record({ kind: fc.constant('take' as const) }),
    fc.record({ kind: fc.constant('done' as const), which: fc.nat(5) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(60) }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  /**
   * Creates a new queue, and a function that performs one step on it. `log` lists the keys that were requested and the
   * keys that were taken, in order.
   */
  function aStepRunner() {
    const { queue, timers } = aQueue({ longestDelay: 100 });
    const log: { requested?: string; taken?: string }[] = [];
    const held: string[] = [];
    const duplicates: string[] = [];
    const take = async (): Promise<void> => {
      const taken = await queue.get();
      if (taken === undefined) return;
      if (held.includes(taken)) duplicates.push(taken);
      held.push(taken);
      log.push({ taken });
    };
    const request = (requested: string, call: () => unknown): void => {
      log.push({ requested });
      call();
    };
    const run: { [K in Step['kind']]: (step: Extract<Step, { kind: K }>) => unknown } = {
      add: (one) => request(one.key, () => queue.add(one.key)),
      after: (one) => request(one.key, () => queue.addAfter(one.key, one.ms)),
      retry: (one) => request(one.key, () => queue.addRateLimited(one.key)),
      forget: (one) => queue.forget(one.key),
      take: () => void take(),
      done: ({ which }) => held.splice(which % Math.max(held.length, 1), 1).forEach((one) => queue.done(one)),
      wait: ({ ms }) => timers.advance(ms),
    };
    return {
      queue,
      timers,
      log,
      held,
      duplicates,
      perform: async (one: Step) => {
        await run[one.kind](one as never);
        await timers.advance(0);
      },
    };
  }

  test('never gives a key to two workers at once, and hands out every key that was added', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { log, held, duplicates, perform } = aStepRunner();
        for (const one of steps) await perform(one);
        for (let turn = 0; turn < 12; turn++) {
          // Each turn takes and finishes keys, until none are left. There are three keys. Each can be held by a worker,
          // waiting, added again and delayed, so 12 turns are enough.
          await perform({ kind: 'wait', ms: 200 });
          for (let taker = 0; taker < 3; taker++) await perform({ kind: 'take' });
          while (held.length > 0) await perform({ kind: 'done', which: 0 });
        }
        expect(duplicates).toEqual([]);
        const lost = log.filter(
          ({ requested }, at) => requested !== undefined && !log.slice(at).some(({ taken }) => taken === requested),
        );
        expect(lost).toEqual([]);
        expect(log.filter(({ taken }) => taken).length).toBeLessThanOrEqual(
          log.filter(({ requested }) => requested).length,
        );
      }),
      { numRuns: 150 },
    );
  });

  test('hands out every delayed key on time if a worker is free', async () => {
    const delays = fc.array(fc.record({ key, ms: fc.integer({ min: 0, max: 100 }), wait: fc.nat(50) }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(delays, async (requests) => {
        const { queue, timers } = aQueue();
        const taken = processAll(queue, timers);
        const calls = [];
        for (const { key, ms, wait } of requests) {
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
