// Tests that a check finds the spans of its requests whatever the service is called and whatever the clocks say.
import type { LogRecord, Logs } from '../../apps/guide/explore-contract.ts';
import type { LogQuery } from '../../apps/guide/server/telemetry/log-store.ts';
import type { Span, Trace } from '../../otlp/traces.ts';
import { spanOf } from '../harness/generated.ts';
import { arrivalOf } from './arrival.ts';
import { spansNamed } from './judge-pairs.ts';
import { Observation } from './observation.ts';

const arrival = () => arrivalOf({ OTEL_BSP_SCHEDULE_DELAY: '20' }, '');
const traceOf = (traceId: string, spans: Span[]): Trace => ({
  traceId,
  spans,
  roots: spans.filter(({ parentSpanId }) => parentSpanId === undefined),
  services: [],
  start: 0,
  duration: 1,
});
const caller = (traceId: string) => spanOf('GET /rolldice', { traceId, spanId: 'caller', service: 'guide' });

/** Observes two requests. Jaeger has the traces that `traces` returns for their ids, and `newest` as new ones. */
async function seenWith(traces: (traceId: string) => Span[], newest: Trace[] = [], before: Trace[] = []) {
  const ids: string[] = [];
  const sources = {
    ask: () => Promise.resolve({ traceId: `id-${ids.push('')}`, spanId: 'caller', status: 200, body: '4' }),
    trace: (id: string) => Promise.resolve(traceOf(id, [caller(id), ...traces(id)])),
    newest: () => Promise.resolve(ids.length === 0 ? before : [...before, ...newest]),
    arrival,
  };
  return (await Observation.make(sources, ['/rolldice', '/rolldice'])).look();
}

test("finds the spans of a renamed service, with a clock that is an hour slow, by the request's trace id", async () => {
  const seen = await seenWith((traceId) => [spanOf('do_roll', { traceId, start: -3_600_000, service: 'mine' })]);
  expect(seen.visits.map(({ spans }) => spans.map(({ name }) => name))).toEqual([['do_roll'], ['do_roll']]);
  expect(seen.strays).toEqual([]);
});

test('leaves out the spans of the guide and of the other services of the lab', async () => {
  const seen = await seenWith((traceId) => [spanOf('GET /prizes', { traceId, service: 'prizes' })]);
  expect(seen.visits.flatMap(({ spans }) => spans)).toEqual([]);
});

test('finds spans in traces of their own, if these traces are new and belong to nobody else', async () => {
  const own = ['a', 'b'].map((id) => traceOf(id, [spanOf('do_roll', { traceId: id })]));
  const old = traceOf('old', [spanOf('do_roll', { traceId: 'old' })]);
  const visitors = traceOf('round', [spanOf('play', { service: 'arcade' }), spanOf('do_roll', { parentSpanId: 'x' })]);
  const seen = await seenWith(() => [], [...own, visitors], [old]);
  expect(seen.strays.map(({ traceId }) => traceId)).toEqual(['a', 'b']);
  const found = spansNamed(seen, { isWanted: ({ name }) => name === 'do_roll', fit: () => 1 });
  expect(found.map((span) => span?.traceId)).toEqual(['a', 'b']);
});

/** A log record of dice, as the guide has received it. */
const record = (id: number, more: Partial<LogRecord> = {}): LogRecord => ({
  id,
  time: 0,
  service: 'my-dice',
  scope: 'dice',
  severity: 'info',
  severityText: 'INFO',
  body: '',
  attributes: {},
  resource: {},
  ...more,
});

/** Observes a request that leaves one span, while the guide has these records. The first is from before the request. */
async function seenWithLogs(records: (spanId: string) => LogRecord[]) {
  const span = spanOf('do_roll', { traceId: 'id' });
  const all = [record(1, { traceId: 'id', spanId: span.spanId, eventName: 'old' }), ...records(span.spanId)];
  const queries: LogQuery[] = [];
  const sources = {
    ask: () => Promise.resolve({ traceId: 'id', spanId: 'caller', status: 200, body: '4' }),
    trace: (id: string) => Promise.resolve(traceOf(id, [caller(id), span])),
    newest: () => Promise.resolve([]),
    arrival,
    logs: {
      query: (query: LogQuery = {}): Logs => {
        queries.push(query);
        const { after = 0, limit = 500, traceId } = query;
        const found = all.filter((one) => one.id > after && (traceId === undefined || one.traceId === traceId));
        const state = { signal: 'logs', source: 'memory', since: 0, dropped: [] } as const;
        return { records: found.slice(-limit), last: queries.length === 1 ? 1 : all.length, services: [], state };
      },
    },
  };
  return (await Observation.make(sources, ['/rolldice'])).look();
}

test('takes the log records of a span, and of no other span or service, for events of it', async () => {
  const { visits, records } = await seenWithLogs((spanId) => [
    record(2, { traceId: 'id', spanId, eventName: 'rolled', attributes: { 'roll.value': 4 } }),
    record(3, { traceId: 'id', spanId, body: 'by its body' }),
    record(4, { traceId: 'id', spanId, body: 'no', attributes: { 'exception.type': 'RangeError' } }),
    record(5, { traceId: 'id', spanId: 'other', eventName: 'of another span' }),
    record(6, { eventName: 'without a span' }),
    record(7, { traceId: 'id', spanId, service: 'prizes', eventName: 'of another service' }),
  ]);
  const [event, ...others] = visits[0]?.spans[0]?.events ?? [];
  expect(event).toEqual({ isRecord: true, name: 'rolled', time: 0, attributes: { 'roll.value': 4 } });
  expect(others.map(({ name }) => name)).toEqual(['by its body', 'exception']);
  expect(records?.map(({ id }) => id)).toEqual([2, 3, 4, 5, 6]);
});

test('finds the log records of a request among more of visitors than the answer of a query has', async () => {
  const { visits } = await seenWithLogs((spanId) => [
    record(2, { traceId: 'id', spanId, eventName: 'rolled' }),
    ...Array.from({ length: 600 }, (_, index) => record(index + 3, { traceId: 'visitor' })),
  ]);
  expect(visits[0]?.spans[0]?.events.map(({ name }) => name)).toEqual(['rolled']);
});

test('sends no more requests to an app that does not answer', async () => {
  const sources = {
    ask: () => Promise.resolve({ traceId: 'id', spanId: 'caller', status: 0, body: 'no answer within 5 s' }),
    trace: () => Promise.resolve(undefined),
    newest: () => Promise.resolve([]),
    arrival,
  };
  const observation = await Observation.make(sources, ['/rolldice', '/rolldice', '/rolldice']);
  expect((await observation.look()).visits).toHaveLength(1);
});

test('is settled once the latest request has spans, and nothing has arrived for a while', async () => {
  const sources = {
    ask: () => Promise.resolve({ traceId: 'id', spanId: 'caller', status: 200, body: '4' }),
    trace: (id: string) => Promise.resolve(traceOf(id, [caller(id), spanOf('do_roll', { traceId: id })])),
    newest: () => Promise.resolve([]),
    arrival,
  };
  const observation = await Observation.make(sources, ['/rolldice']);
  expect((await observation.look()).settled).toBe(false);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect((await observation.look()).settled).toBe(true);
});

test.each([
  { what: 'waits longer for log records', count: 0, settled: false },
  { what: 'is settled with a record of a request', count: 1, settled: true },
])('$what if the requests have to leave some', async ({ count, settled }) => {
  const state = { signal: 'logs', source: 'memory', since: 0, dropped: [] } as const;
  const records = Array.from({ length: count }, () => record(2, { traceId: 'id' }));
  const sources = {
    ask: () => Promise.resolve({ traceId: 'id', spanId: 'caller', status: 200, body: '4' }),
    trace: (id: string) => Promise.resolve(traceOf(id, [caller(id), spanOf('do_roll', { traceId: id })])),
    newest: () => Promise.resolve([]),
    arrival,
    logs: { query: () => ({ records, last: 1, services: [], state }) },
  };
  const observation = await Observation.make(sources, ['/rolldice']);
  await observation.look({ needsRecords: true });
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect((await observation.look({ needsRecords: true })).settled).toBe(settled);
});

test('is settled soon although spans leave dice only once a minute, if dice flushes when it is asked', async () => {
  const [flushed, spans]: [number[], Span[]] = [[], []];
  const sources = {
    ask: () => Promise.resolve({ traceId: 'id', spanId: 'caller', status: 200, body: '4' }),
    trace: (id: string) => Promise.resolve(traceOf(id, [caller(id), ...spans])),
    newest: () => Promise.resolve([]),
    arrival: () => arrivalOf({ OTEL_BSP_SCHEDULE_DELAY: '60000' }, '', flushed.length > 0),
    flush: () => {
      flushed.push(Date.now());
      // The code ends its span after it has answered, so only the second flush sends it.
      if (flushed.length === 2) spans.push(spanOf('do_roll', { traceId: 'id' }));
      return Promise.resolve(true);
    },
  };
  const observation = await Observation.make(sources, ['/rolldice']);
  for (let look = 0; look < 7; look += 1) {
    expect((await observation.look()).settled).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect((await observation.look()).visits[0]?.spans).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect((await observation.look()).settled).toBe(true);
});
