import fc from 'fast-check';
import { startElection } from './testing/election.ts';

test('never elects two leaders during random faults, and elects one after the faults', async () => {
  const fault = fc.record({
    kind: fc.constantFrom('suspend a', 'suspend b', 'silent', 'refuses', 'slow', 'cut', 'deaf', 'delete', 'nothing'),
    lasts: fc.integer({ min: 10, max: 25_000 }),
    recovery: fc.integer({ min: 0, max: 15_000 }),
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
        'suspend a': () => a.process.suspend(),
        'suspend b': () => b.process.suspend(),
        cut: () => leases.endWatches(),
        deaf: () => leases.silenceWatches(),
        silent: () => (leases.state = 'silent'),
        refuses: () => (leases.state = 'refuses'),
        slow: () => (leases.latency = 2_500),
        delete: () => leases.put(undefined),
      };
      for (const { kind, lasts, recovery } of faults) {
        begin[kind]?.();
        await pass(lasts);
        Object.assign(leases, { state: 'up', latency: 1 });
        for (const { process } of [a, b]) process.resume();
        await pass(recovery);
      }
      await pass(30_000);
      expect([a, b].filter((replica) => replica.leads())).toHaveLength(1);
    }),
    { numRuns: 40 },
  );
}, 60_000);
