// Tests when a check ends: as soon as its answer is certain, and not before.
import type { PipelineHop } from '../../apps/guide/contract.ts';
import { arrivalOf } from './arrival.ts';
import type { Look } from './check.ts';
import { met, unknown, unmet } from './findings.ts';
import { settle } from './settle.ts';

const works: PipelineHop[] = [{ signal: 'traces', name: 'sdk', ok: true, says: 'on' }];
const nothing = { expected: 'a span', hint: 'Does your code call span.end()?' };
const problem = unmet('roll.value', { found: 'none', hint: 'Set it.' });

/** Settles, and returns the verdict with the milliseconds that it took. */
async function settled(
  look: () => Promise<Look>,
  { hops = works, settings = { OTEL_BSP_SCHEDULE_DELAY: '20' }, patience = 900 } = {},
) {
  const began = performance.now();
  const options = { nothing, arrival: arrivalOf(settings, ''), patience, why: () => Promise.resolve(hops) };
  return { verdict: await settle(look, options), took: performance.now() - began };
}

const looking =
  (...looks: Look[]) =>
  (): Promise<Look> =>
    Promise.resolve((looks.length > 1 ? looks.shift() : looks[0]) as Look);

test('passes as soon as everything is met, and says what was met', async () => {
  const look = looking({ findings: [], certain: false }, { findings: [met('a'), met('b')], certain: false });
  const { verdict, took } = await settled(look);
  expect(verdict).toMatchObject({ passed: true, requirements: [{ text: 'a', state: 'met' }, { text: 'b' }] });
  expect(took).toBeLessThan(700);
});

test('waits while a problem may pass, and ends once the problem is certain', async () => {
  const findings = [met('a span'), problem, unknown('more')];
  const { verdict, took } = await settled(looking({ findings, certain: false }, { findings, certain: true }));
  expect(verdict).toMatchObject({
    passed: false,
    hop: 'shape',
    expected: 'roll.value',
    found: 'none',
    hint: 'Set it.',
  });
  expect(verdict.requirements?.map(({ state }) => state)).toEqual(['met', 'unmet', 'unknown']);
  expect(took).toBeLessThan(700);
});

test('names the first broken hop before time is up, if nothing arrives', async () => {
  const hops: PipelineHop[] = [
    {
      signal: 'traces',
      name: 'exporter',
      ok: false,
      finding: 'settings/exporter',
      says: 'to nobody',
      todo: 'Set otlp.',
    },
  ];
  const { verdict, took } = await settled(looking({ findings: [], certain: false }), { hops, patience: 4_000 });
  expect(verdict).toMatchObject({
    passed: false,
    hop: 'pod',
    finding: 'settings/exporter',
    found: 'to nobody',
    hint: 'Set otlp.',
  });
  expect(took).toBeLessThan(3_500);
});

test.each<[PipelineHop['name'], string, string]>([
  ['jaeger', 'does not answer', 'Jaeger does not answer'],
  ['collector', 'its new pod does not run', 'the Collector: its new pod does not run'],
  ['guide', 'receives no metrics', 'the guide receives no metrics'],
  ['prometheus', 'does not answer', 'Prometheus does not answer'],
  ['collector', 'collector.yaml, line 4: the pipeline', 'collector.yaml, line 4: the pipeline'],
  ['sdk', 'INSTRUMENTATION is none', 'INSTRUMENTATION is none'],
])('names the hop %s in what it found, where the text does not', async (name, says, found) => {
  const { verdict } = await settled(looking({ findings: [], certain: false }), {
    hops: [{ signal: 'traces', name, ok: false, says }],
  });
  expect(verdict).toMatchObject({ found });
});

test('says after which time and delay nothing had arrived, if every hop works', async () => {
  const { verdict } = await settled(looking({ findings: [], certain: false }), { settings: {} as never });
  expect(verdict).toMatchObject({
    found: expect.stringMatching(/^none within 1 s: spans leave dice every 5 s .*, though every hop/) as string,
    hint: nothing.hint,
  });
});

test('does not pass what it has nothing to judge by, even if nothing more will arrive', async () => {
  const { verdict } = await settled(looking({ findings: [], certain: true }));
  expect(verdict).toMatchObject({ passed: false, expected: nothing.expected });
});
