// Tests that the check of step 5 tells late traces from dropped traces. It counts a trace as dropped only if later
// traces have arrived.
import type { LabView, Verdict } from '../../engine/check.ts';
import type { Span, Trace } from '../../../otlp/traces.ts';
import { check } from './check.ts';

const attributes = { 'workshop.step': '5' };
const spans = [
  { service: 'guide', attributes, resource: {} },
  { service: 'dice', kind: 'server', attributes, resource: {} },
] as unknown as Span[];
const looks = 12;

/**
 * Returns a fake lab, whose Jaeger has a trace only if `isThere` returns true. `visit` is the number of the request
 * that made the trace, from 1. `look` is how often the check has already looked for all traces.
 */
function labOf(isThere: (visit: number, look: number) => boolean): LabView {
  const asked: string[] = [];
  let searched = 0;
  return {
    ask: () => Promise.resolve({ traceId: `trace-${asked.push('')}` }),
    trace: (traceId: string) => {
      const look = Math.floor(searched++ / asked.length);
      return Promise.resolve(
        isThere(Number(traceId.slice('trace-'.length)), look) ? ({ traceId, spans } as Trace) : undefined,
      );
    },
    collectorLog: () => Promise.resolve('trace-1 trace-2 trace-3'),
    eventually: async (ask: () => Promise<unknown>) => {
      for (let look = 0; look < looks; look += 1) {
        const answer = await ask();
        if (answer !== undefined) return answer;
      }
      return undefined;
    },
    settle: (attempt: () => Promise<Verdict | undefined>) => attempt(),
  } as unknown as LabView;
}

test('counts a missing trace as dropped by the Collector if later traces have arrived', async () => {
  await expect(check(labOf((visit) => visit % 3 !== 0))).resolves.toEqual({ passed: true, traceId: 'trace-1' });
});

test('waits until the second batch of traces has arrived before it counts the traces', async () => {
  await expect(check(labOf((visit, look) => visit <= 12 || look >= 4))).resolves.toMatchObject({
    passed: false,
    found: 'all 24 of 24',
  });
});

test('returns no verdict if the second batch of traces does not arrive in time', async () => {
  await expect(check(labOf((visit) => visit <= 12))).resolves.toBeUndefined();
});

test('returns no verdict if the last trace arrives first and earlier ones follow', async () => {
  await expect(check(labOf((visit, look) => visit <= look || visit === 24))).resolves.toBeUndefined();
});
