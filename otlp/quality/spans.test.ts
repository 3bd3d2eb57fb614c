import type { Span, Trace } from '../traces.ts';
import { Sources } from './sources.ts';
import { spanSightings } from './spans.ts';

let made = 0;

function spanOf(name: string, more: Partial<Span> = {}): Span {
  made += 1;
  return {
    traceId: 'a'.repeat(32),
    spanId: made.toString(16).padStart(16, '0'),
    name,
    kind: 'internal',
    service: 'dice',
    scope: 'dice',
    start: 1_000,
    duration: 10,
    attributes: {},
    resource: {},
    events: [],
    status: { code: 'unset' },
    children: [],
    orphan: false,
    ...more,
  };
}

const traceOf = (...spans: Span[]): Trace => ({
  traceId: 'a'.repeat(32),
  roots: spans,
  spans,
  services: ['dice'],
  start: 1_000,
  duration: 10,
});

const idsOf = (trace: Trace, complete = 5_000): string[] =>
  spanSightings({
    traces: [trace],
    isOurs: ({ service }) => service === 'dice',
    sources: new Sources({}),
    complete,
  }).map(({ id, subject }) => `${id} ${subject}`);

test.each([
  [['roll 1', 'roll 2'], []],
  [
    ['roll 1', 'roll 2', 'roll 3'],
    ['roll {id}', 'roll {id}', 'roll {id}'],
  ],
  [
    ['/users/42', '/users/43', '/users/45'],
    ['/users/{id}', '/users/{id}', '/users/{id}'],
  ],
  [['player 4711234'], ['player {id}']],
  [['roll 0af7651916cd43dd'], ['roll {id}']],
  [['GET /api/v1/rolls', 'http2', 'GET /api/v2/rolls', 'GET /api/v3/rolls'], []],
  [['GET /rolldice', 'do_roll', 'defaced facade', 'step 1', 'step 1', 'step 1'], []],
])('finds ids in the names %j', (names, found) => {
  const ids = idsOf(traceOf(...names.map((name) => spanOf(name))));
  expect(ids).toEqual(found.map((pattern) => `id_in_span_name ${pattern}`));
});

const error = { status: { code: 'error' as const } };

test.each([
  ['do_roll', error, true],
  ['do_roll', { status: { code: 'error' as const, message: 'why' } }, false],
  ['GET /', { ...error, attributes: { 'http.response.status_code': 500 } }, false],
  ['GET /', { ...error, scope: '@opentelemetry/instrumentation-http' }, false],
])('wants a description of the failed span %s with %j: %s', (name, more, wanted) => {
  expect(idsOf(traceOf(spanOf(name, more)))).toEqual(wanted ? [`error_without_description ${name}`] : []);
});

test('reports an orphan only when its parent has had the time to arrive', () => {
  const trace = traceOf(spanOf('do_roll', { orphan: true, parentSpanId: 'b'.repeat(16) }));
  expect([idsOf(trace, 5_000), idsOf(trace, 1_000)]).toEqual([['orphan_span do_roll'], []]);
});

test('judges the spans of dice only', () => {
  const others = { service: 'arcade', ...error, orphan: true, attributes: { 'http.method': 'GET' } };
  expect(idsOf(traceOf(spanOf('roll 12345678', others)))).toEqual([]);
});

test.each([
  [10, 20, []],
  [11, 0, ['many_internal_spans first']],
  [0, 21, ['many_short_spans first']],
])('counts %d internal and %d short spans of a trace', (internal, short, found) => {
  const first = spanOf('first', { kind: 'server' });
  const spans = [
    ...Array.from({ length: internal }, () => spanOf('step')),
    ...Array.from({ length: short }, () => spanOf('step', { kind: 'client', parentSpanId: 'b', duration: 1 })),
  ];
  expect(idsOf(traceOf(first, ...spans))).toEqual(found);
});
