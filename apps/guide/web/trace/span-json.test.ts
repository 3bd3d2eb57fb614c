import type { SpanOfPage } from '../../contract.ts';
import { isoTime, spanJson } from './span-json.ts';

const start = Date.UTC(2023, 2, 9, 21, 19, 12) + 509.247;

const span: SpanOfPage = {
  traceId: 'a2f924bb3a05138820631f9913c84487',
  spanId: 'a79dd2bc621c37fc',
  name: '/visit',
  kind: 'server',
  service: 'dice',
  scope: 'http',
  start,
  duration: 1.14,
  attributes: { 'http.route': '/visit' },
  resource: { 'service.name': 'dice' },
  events: [{ name: 'counted', time: start + 1, attributes: { hits: 1 } }],
  status: { code: 'unset' },
  children: [],
  orphan: false,
};

test('prints a span as JSON like the slides do: same keys and order, ids with 0x, times in microseconds', () => {
  const parsed = JSON.parse(spanJson(span)) as object;
  expect(Object.keys(parsed)).toEqual([
    'name',
    'context',
    'kind',
    'parent_id',
    'start_time',
    'end_time',
    'status',
    'attributes',
    'events',
    'links',
    'resource',
  ]);
  expect(parsed).toEqual({
    name: '/visit',
    context: { trace_id: '0xa2f924bb3a05138820631f9913c84487', span_id: '0xa79dd2bc621c37fc', trace_state: '[]' },
    kind: 'SpanKind.SERVER',
    parent_id: null,
    start_time: '2023-03-09T21:19:12.509247Z',
    end_time: '2023-03-09T21:19:12.510387Z',
    status: { status_code: 'UNSET' },
    attributes: { 'http.route': '/visit' },
    events: [{ name: 'counted', timestamp: '2023-03-09T21:19:12.510247Z', attributes: { hits: 1 } }],
    links: [],
    resource: { attributes: { 'service.name': 'dice' }, schema_url: '' },
  });
});

test('prints the parent, the error message, links and the trace state if the span has them', () => {
  const more: SpanOfPage = {
    ...span,
    parentSpanId: '051581bf3cb55c13',
    status: { code: 'error', message: 'no' },
    traceState: 'a=1',
    links: [{ traceId: '01', spanId: '02' }],
  };
  expect(JSON.parse(spanJson(more))).toMatchObject({
    parent_id: '0x051581bf3cb55c13',
    status: { status_code: 'ERROR', description: 'no' },
    context: { trace_state: '[a=1]' },
    links: [{ context: { trace_id: '0x01', span_id: '0x02', trace_state: '[]' }, attributes: {} }],
  });
});

test('prints the next second if a time rounds up to it', () => {
  expect(isoTime(Date.UTC(2026, 0, 1) - 0.0001)).toBe('2026-01-01T00:00:00.000000Z');
});
