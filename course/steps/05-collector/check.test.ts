// What is late is not left out: only where the order of traces tells so is a Collector said to sample.
import type { LabView, Verdict } from '../../engine/check.ts';
import type { Span, Trace } from '../../../otlp/traces.ts';
import { check } from './check.ts';

const attributes = { 'workshop.step': '5' };
const spans = [
  { service: 'guide', attributes, resource: {} },
  { service: 'dice', kind: 'server', attributes, resource: {} },
] as unknown as Span[];
const looks = 12;

/** A lab where Jaeger has the traces of which `isThere` says so, in order, at each look at all of them. */
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

test('some that are missing among others are sampled away', async () => {
  await expect(check(labOf((visit) => visit % 3 !== 0))).resolves.toEqual({ passed: true, traceId: 'trace-1' });
});

test('a second batch that comes later is waited for', async () => {
  await expect(check(labOf((visit, look) => visit <= 12 || look >= 4))).resolves.toMatchObject({
    passed: false,
    found: 'all 24 of 24',
  });
});

test('a second batch that does not come in time tells nothing: it is tried again', async () => {
  await expect(check(labOf((visit) => visit <= 12))).resolves.toBeUndefined();
});

test('that the last is there before others, while more come, tells nothing', async () => {
  await expect(check(labOf((visit, look) => visit <= look || visit === 24))).resolves.toBeUndefined();
});
