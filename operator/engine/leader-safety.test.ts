import fc from 'fast-check';
import { startElection } from './testing/election.ts';

test('whatever is stopped, cut off or late, there are never two leaders, and in the end there is one', async () => {
  const fault = fc.record({
    what: fc.constantFrom('stop a', 'stop b', 'silent', 'refuses', 'slow', 'cut', 'deaf', 'delete', 'nothing'),
    lasts: fc.integer({ min: 10, max: 25_000 }),
    then: fc.integer({ min: 0, max: 15_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 6 }), async (faults) => {
      const { join, timers, leases } = startElection();
      const [a, b] = [await join('a'), await join('b')];
      const pass = async (ms: number): Promise<void> => {
        for (let passed = 0; passed < ms; passed += 200) {
          await timers.advance(Math.min(200, ms - passed));
          expect(a.leads() && b.leads()).toBe(false);
        }
      };
      const begin: Record<string, () => unknown> = {
        'stop a': () => a.process.stop(),
        'stop b': () => b.process.stop(),
        cut: () => leases.cutWatches(),
        deaf: () => leases.cutWatches(true),
        silent: () => (leases.mood = 'silent'),
        refuses: () => (leases.mood = 'refuses'),
        slow: () => (leases.latency = 2_500),
        delete: () => leases.put(undefined),
      };
      for (const { what, lasts, then } of faults) {
        begin[what]?.();
        await pass(lasts);
        Object.assign(leases, { mood: 'up', latency: 1 });
        for (const { process } of [a, b]) process.goOn();
        await pass(then);
      }
      await pass(30_000);
      expect([a, b].filter((replica) => replica.leads())).toHaveLength(1);
    }),
    { numRuns: 40 },
  );
}, 60_000);
