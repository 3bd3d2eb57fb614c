// Tests that step 9 judges no export of which the Collector's log has only a part.
import type { Trace } from '../../../otlp/traces.ts';
import type { LabView } from '../../engine/check.ts';
import { Observation } from '../../engine/observation.ts';
import type { Sources } from '../../engine/observation.ts';
import { settle } from '../../engine/settle.ts';
import { SAMPLER, spanOf } from '../../harness/generated.ts';
import { check, judgeLog } from './check.ts';
import { verbosityHint } from './verbosity.ts';

const ROLL = 900_000;
const rolledAt = Date.UTC(2026, 10, 29, 10);
const TIMES = 'StartTimestamp: 2026-11-29 09:00:00 +0000 UTC\nTimestamp: 2026-11-29 10:00:01 +0000 UTC';
const counter = `Metric #0\n     -> Name: dice.rolls\n     -> DataType: Sum\n     -> IsMonotonic: true\n${TIMES}`;
const histogram = `Metric #1\n     -> Name: dice.roll.value\n     -> DataType: Histogram\n${TIMES}`;
/** An export of code that adds what was rolled to the counter, and the two places at which a read may end. */
const whole = `info\tResourceMetrics #0\n${counter}\nValue: ${5 * ROLL}\n${histogram}\nCount: 5\nSum: ${5 * ROLL}\n`;
const parts = [whole.slice(0, whole.indexOf('Metric #1')), whole.slice(0, whole.indexOf('Count: 5'))];

const arrival = { export: 0, within: 10_000, reason: '' };
const QUIET = 700; // ms after which an observation without news is settled

/** Requests to dice. Each leaves one span, in the trace of the request. */
const sources: Sources = {
  ask: () => Promise.resolve({ traceId: 'a', spanId: 'b', status: 200, body: String(ROLL) }),
  trace: () => Promise.resolve({ spans: [spanOf('server_request', { start: rolledAt, duration: 1 })] } as Trace),
  newest: () => Promise.resolve([]),
  arrival: () => arrival,
};

/** Returns a lab in which, after a while, each read of the Collector's log returns the next of these texts. */
function labWith(logs: string[], settings: Record<string, string> = {}): LabView {
  const begun = Date.now();
  const next = () => (logs.length > 1 ? logs.shift() : logs[0]) ?? '';
  const lab: Partial<LabView> = {
    settings: () => Promise.resolve(settings),
    files: () => Promise.resolve(undefined),
    collectorLog: () => Promise.resolve(Date.now() - begun < QUIET ? '' : next()),
    podLog: () => Promise.resolve(''),
    flush: () => Promise.resolve(true),
    arrival: () => Promise.resolve(arrival),
    observe: (paths) => Observation.make(sources, paths),
    settle: (look, nothing, patience = 0) =>
      settle(look, { nothing, arrival, patience, why: () => Promise.resolve([]) }),
  };
  return lab as LabView;
}

test('waits for the whole of an export, and then names the instrument that is wrong', async () => {
  const verdict = await check(labWith([...parts, whole]));
  expect(verdict).toMatchObject({
    passed: false,
    found: expect.stringMatching(/dice\.rolls grew by 4500000/) as string,
  });
  expect(verdict.requirements?.map(({ state }) => state).slice(0, 2)).toEqual(['unmet', 'met']);
});

test('names the exporter of metrics, although the log has an export of the pod before', async () => {
  const verdict = await check(labWith([whole], { OTEL_METRICS_EXPORTER: 'console' }));
  expect(verdict).toMatchObject({
    passed: false,
    found: expect.stringMatching(/^no metric of that name/) as string,
    hint: expect.stringMatching(/^OTEL_METRICS_EXPORTER is console: name otlp in settings\.env/) as string,
  });
});

const debug = (verbosity: string) => `exporters: { debug: { verbosity: ${verbosity} } }\n`;

test.each([
  ['detailed', debug('detailed'), /^$/],
  ['normal', debug('normal'), /^$/],
  ['basic', debug('basic'), /^Set exporters\.debug\.verbosity to detailed in collector\.yaml: basic only counts\. $/],
  ['no verbosity', '', /^Set exporters\.debug\.verbosity to detailed/],
  [
    'no debug exporter for metrics',
    'service: { pipelines: { metrics: { exporters: [otlp_http/jaeger] } } }',
    /^Name debug in service\.pipelines\.metrics\.exporters/,
  ],
])('says what is missing if no metric is in the log and collector.yaml has %s', (_what, yaml, hint) => {
  expect(verbosityHint(yaml)).toMatch(hint);
});

test('blames the sampler only, if it has dropped the trace that the line names', () => {
  const [traceId, spanId] = ['a'.repeat(32), 'b'.repeat(16)];
  const answer = { traceId, spanId: 'caller', status: 200, body: '' };
  const seen = { visits: [{ path: '/server_request?param=word', answer, spans: [] }], strays: [], settled: true };
  const line = JSON.stringify({ trace_id: traceId, span_id: spanId, msg: 'word' });
  expect(judgeLog({ ...seen, sampler: SAMPLER }, line).at(-1)).toMatchObject({ state: 'unmet', hint: SAMPLER });
  expect(judgeLog(seen, line).at(-1)?.hint).toMatch(/end that span/);
});
