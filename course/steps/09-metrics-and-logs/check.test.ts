// Tests that step 9 judges only numbers from after the rolls, and what it says about log records and lines.
import { Telemetry } from '../../../apps/guide/server/telemetry/telemetry.ts';
import type { LogRecord } from '../../../apps/guide/explore-contract.ts';
import type { Trace } from '../../../otlp/traces.ts';
import type { LabView } from '../../engine/check.ts';
import { Observation } from '../../engine/observation.ts';
import type { Sources } from '../../engine/observation.ts';
import { settle } from '../../engine/settle.ts';
import { SAMPLER, spanOf } from '../../harness/generated.ts';
import { check } from './check.ts';
import { judgeLogs } from './logs.ts';

const ROLL = 900_000;
const rolledAt = Date.now() - 10_000;

/** Returns an export of these sums and histograms. */
function exported(time: number, metrics: Record<string, object>): string {
  const times = { startTimeUnixNano: `${rolledAt - 60_000}000000`, timeUnixNano: `${time}000000` };
  const all = Object.entries(metrics).map(([name, point]) => {
    const data = { aggregationTemporality: 2, dataPoints: [{ ...times, ...point }] };
    return { name, ...('count' in point ? { histogram: data } : { sum: { ...data, isMonotonic: true } }) };
  });
  return JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: all }] }] });
}

/** What code exports that adds what was rolled to the counter. The Collector sends it in two pieces. */
const pieces = [
  exported(rolledAt + 5_000, { 'dice.rolls': { asInt: String(5 * ROLL) } }),
  exported(rolledAt + 5_000, { 'dice.roll.value': { count: '5', sum: 5 * ROLL } }),
];

const arrival = { export: 0, within: 10_000, reason: '' };
const QUIET = 700; // ms after which an observation without news is settled

/** Adds a roll to what the guide has of the histogram. @returns the roll */
function rollOnce(telemetry: Telemetry): number {
  const totals = telemetry.totals().find(({ name }) => name === 'dice.roll.value');
  const { count, sum, time = 0 } = totals ?? { count: 0, sum: 0 };
  const roll = ROLL + count;
  const point = { count: String(count + 1), sum: sum + roll };
  telemetry.accept('metrics', exported(time + 1, { 'dice.roll.value': point }));
  return roll;
}

/** Requests to dice. Each leaves one span, in the trace of the request. */
const sources: Sources = {
  ask: () => Promise.resolve({ traceId: 'a', spanId: 'b', status: 200, body: String(ROLL) }),
  trace: () => Promise.resolve({ spans: [spanOf('server_request', { start: rolledAt, duration: 1 })] } as Trace),
  newest: () => Promise.resolve([]),
  arrival: () => arrival,
};

/** Returns a lab whose guide receives one of these exports at each look, after a while. */
function labWith(exports: string[], settings: Record<string, string> = {}): LabView {
  const begun = Date.now();
  const telemetry = new Telemetry();
  const lab: Partial<LabView> = {
    settings: () => Promise.resolve(settings),
    ask: () => Promise.resolve({ traceId: '', spanId: '', status: 200, body: String(rollOnce(telemetry)) }),
    files: () => Promise.resolve(undefined),
    totals: () => {
      const next = Date.now() - begun < QUIET ? undefined : exports.shift();
      if (next !== undefined) telemetry.accept('metrics', next);
      return Promise.resolve(telemetry.totals());
    },
    lostPoints: () => telemetry.lostPoints,
    podLog: () => Promise.resolve(''),
    flush: () => Promise.resolve(true),
    eventually: () => Promise.resolve(undefined),
    arrival: () => Promise.resolve(arrival),
    observe: (paths) => Observation.make(sources, paths),
    settle: (look, nothing, patience = 0) =>
      settle(look, { nothing, arrival, patience, why: () => Promise.resolve([]) }),
  };
  return lab as LabView;
}

test('waits until all pieces of an export have arrived, and then names the instrument that is wrong', async () => {
  const verdict = await check(labWith([...pieces]));
  expect(verdict).toMatchObject({
    passed: false,
    found: expect.stringMatching(/dice\.rolls grew by 4500000/) as string,
  });
  expect(verdict.requirements?.map(({ state }) => state).slice(0, 2)).toEqual(['unmet', 'met']);
});

test('names the exporter of metrics, if the settings keep them in dice', async () => {
  const verdict = await check(labWith([], { OTEL_METRICS_EXPORTER: 'console' }));
  expect(verdict).toMatchObject({
    passed: false,
    found: 'no metric of that name since the rolls',
    hint: expect.stringMatching(/^OTEL_METRICS_EXPORTER is console: .* Set OTEL_METRICS_EXPORTER=otlp/) as string,
  });
});

test('says that the guide has had no room for metrics since the rolls, if one is missing then', async () => {
  const many = Array.from({ length: 3_000 }, (_one, index) =>
    exported(rolledAt + 5_000, { [`dice.m${index}`]: { asInt: '1', attributes: [text('key', `${index}`)] } }),
  );
  const full = { resourceMetrics: many.flatMap((one) => (JSON.parse(one) as Exported).resourceMetrics) };
  const verdict = await check(labWith([JSON.stringify(full), pieces[0] ?? '']));
  expect(verdict).toMatchObject({
    passed: false,
    finding: '09-metrics-and-logs/too-many-series',
    found: expect.stringMatching(
      /^(dice\.m\d \(counter\), ){4}.* and \d+ more, and the guide has had no room for \d+ data points$/,
    ) as string,
    hint: expect.stringMatching(/attribute .* new value each time\?/) as string,
  });
});

interface Exported {
  readonly resourceMetrics: readonly object[];
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

const [traceId, spanId] = ['a'.repeat(32), 'b'.repeat(16)];
const answer = { traceId, spanId: 'caller', status: 200, body: '' };
const path = '/server_request?param=word';
const seen = { visits: [{ path, answer, sent: 0, spans: [] }], strays: [], settled: true };
const line = JSON.stringify({ trace_id: traceId, span_id: spanId, msg: 'word' });
const record: LogRecord = {
  ...{ id: 1, time: 0, service: 'dice', scope: '', severity: 'info', severityText: '', body: 'word' },
  ...{ attributes: {}, resource: {} },
};
const ofSpan = { ...seen, visits: [{ path, answer, sent: 0, spans: [spanOf('server_request', { traceId, spanId })] }] };
const statesOf = (...args: Parameters<typeof judgeLogs>): string =>
  judgeLogs(...args)
    .map(({ state }) => state)
    .join(' ');

test('blames the sampler only, if it has dropped the trace that the line names', () => {
  expect(judgeLogs({ ...seen, sampler: SAMPLER }, line).at(-1)).toMatchObject({ state: 'unmet', hint: SAMPLER });
  expect(judgeLogs(seen, line).at(-1)?.hint).toMatch(/end that span/);
});

test.each([
  ['a record of the span', [{ ...record, traceId, spanId }], ''],
  ['a record without ids, and one of the span', [record, { ...record, traceId, spanId }], ''],
  ['a record without ids, and a line that names the span', [record], line],
  [
    'a record with the word in an attribute',
    [{ ...record, body: 'asked', attributes: { word: 'word' }, traceId, spanId }],
    '',
  ],
])('accepts %s', (_what, records, log) => {
  expect(statesOf({ ...ofSpan, records }, log)).toBe('met met met');
});

test.each([
  ['no record and no line', [], '', 'unmet unknown unknown'],
  ['a record without ids', [record], '', 'met unmet unknown'],
  ['a record of a span that is not there', [{ ...record, traceId, spanId: 'c'.repeat(16) }], '', 'met met unmet'],
])('refuses %s', (_what, records, log, states) => {
  expect(statesOf({ ...ofSpan, records }, log)).toBe(states);
});
