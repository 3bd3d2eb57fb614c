// Reads a class's events off changes of Seats, and collects the spans and metrics with the OpenTelemetry SDK.
import { metrics } from '@opentelemetry/api';
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider } from '@opentelemetry/sdk-metrics';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { ConfigMap } from '../kubernetes/types.ts';
import type { Seat } from './api/types.ts';
import { isRun, reportClasses, seatEvents } from './class-telemetry.ts';
import type { Change } from './engine/store.ts';
import { collectSpans } from './engine/testing/tracing.ts';

const spans = collectSpans();
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
afterAll(() => reader.shutdown());

const AT = '2026-01-01T10:00:00Z';
const LATER = '2026-01-01T10:05:00Z';

const aSeat = (spec: Partial<Seat['spec']> = {}, course?: NonNullable<Seat['status']>['course']): Seat => ({
  apiVersion: 'intro-otel.dev/v1alpha1',
  kind: 'Seat',
  metadata: { name: 'class-ada', uid: 'uid-1' },
  spec: { workshop: 'class', attendee: 'ada', revision: 'r', ...spec },
  status: { ...(course && { course }) },
});
const claim = { id: 'c', name: 'Ada Lovelace', key: 'k', at: AT };
const failed = { step: '06-manual', finding: 'shape', hop: 'shape', times: 1, at: AT } as const;
const names = (before: Seat, after: Seat) => seatEvents(before, after).map(({ name }) => name);

/** Reports one change of a Seat. @returns the spans, and the points of each metric */
async function reported(old: Seat, now: Seat) {
  let tell: (change: Change<Seat>) => void = () => undefined;
  const seats = { get: () => now, onChange: (listener: typeof tell) => void (tell = listener) };
  reportClasses({ seats, configMaps: { onChange: () => undefined } });
  spans();
  exporter.reset();
  tell({ key: 'class-ada', old, new: now });
  await reader.forceFlush();
  const points = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes }) => [descriptor.name, attributes] as const),
    );
  return { made: spans(), points };
}

test('reports a claim, and that a seat was freed', () => {
  expect(names(aSeat(), aSeat({ claim }))).toEqual(['claim']);
  expect(names(aSeat({ claim }), aSeat())).toEqual(['free']);
  expect(names(aSeat({ claim }), aSeat({ claim: { ...claim, id: 'd' } }))).toEqual(['free', 'claim']);
});

test('reports each step that has passed, with the time that it took', () => {
  const before = aSeat({}, { step: '06-manual', since: AT, passed: ['01-set-up'] });
  const [event, ...others] = seatEvents(before, aSeat({}, { passed: ['01-set-up', '06-manual'] }));
  expect(others).toEqual([]);
  expect(event).toEqual({
    name: 'check',
    since: AT,
    attributes: { 'intro_otel.step': '06-manual', 'intro_otel.verdict': 'passed' },
  });
});

test('reports a failed check with its hop and its finding, and the same check again only if it failed again', () => {
  const once = aSeat({}, { step: '06-manual', passed: [], check: failed });
  const twice = aSeat({}, { step: '06-manual', passed: [], check: { ...failed, times: 2, at: LATER } });
  expect(seatEvents(aSeat(), once)[0]?.attributes).toEqual({
    'intro_otel.step': '06-manual',
    'intro_otel.verdict': 'failed',
    'intro_otel.hop': 'shape',
    'intro_otel.finding': 'shape',
  });
  expect([names(once, once), names(once, twice)]).toEqual([[], ['check']]);
});

test('reports a request for help once nobody waits any more, from its beginning', async () => {
  const asked = aSeat({ help: { text: 'my secret words', at: AT } });
  expect(names(aSeat(), asked)).toEqual([]);
  const { made, points } = await reported(asked, aSeat());
  expect(made.map(({ name }) => name)).toEqual(['class help']);
  expect(made[0]?.startTime[0]).toBe(Date.parse(AT) / 1000);
  expect(points.map(([name]) => name)).toEqual(['intro_otel.class.events', 'intro_otel.class.help.wait']);
});

test('names the workshop and the uid of the seat, never a person or what somebody wrote', async () => {
  const after = aSeat({ claim, displayName: 'Ada Lovelace' }, { step: '06-manual', passed: [], check: failed });
  const { made, points } = await reported(aSeat({ help: { text: 'my secret words', at: AT } }), after);
  expect(made.map(({ name }) => name)).toEqual(['class claim', 'class check', 'class help']);
  const told = JSON.stringify([made.map(({ attributes, events }) => ({ attributes, events })), points]);
  expect(told).toContain('"intro_otel.workshop":"class"');
  expect(made[0]?.attributes['intro_otel.seat.uid']).toBe('uid-1');
  expect(told).not.toMatch(/ada|lovelace|secret/i);
  expect(JSON.stringify(points)).not.toContain('uid-1');
});

test("reports nothing about a seat that the operator has made anew, which isn't the same seat", async () => {
  const { made } = await reported(aSeat({ claim }), { ...aSeat(), metadata: { name: 'class-ada', uid: 'uid-2' } });
  expect(made).toEqual([]);
});

test("reports a run when the learner's files have changed, and no other change of a ConfigMap", () => {
  const files = (text: string): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'lab-dice', namespace: 'class-ada' },
    data: { 'app.ts': text },
  });
  const change = (key: string, old: ConfigMap | undefined, now: ConfigMap) => isRun({ key, old, new: now });
  expect(change('class-ada/lab-dice', files('a'), files('b'))).toBe(true);
  expect(change('class-ada/lab-dice', files('a'), files('a'))).toBe(false);
  expect(change('class-ada/lab-dice', undefined, files('a'))).toBe(false);
  expect(change('class-ada/lab-progress', files('a'), files('b'))).toBe(false);
});
