import { failureIn, failuresIn } from './failures.ts';
import { tracesFromOtlp } from './traces.ts';

test.each([
  [404, false, '404'],
  ['404', false, '404'],
  [504, true, '504'],
  [499, false, '4xx'],
  ['5xx', false, '5xx'],
  [200, true, 'error'],
  [700, false, undefined],
  [399, false, undefined],
  ['0x194', false, undefined],
  [[404], false, undefined],
  [undefined, true, 'error'],
  [undefined, false, undefined],
])('says how a span with the HTTP status %j failed, if its status is ERROR: %s', (httpStatus, isError, status) => {
  expect(failureIn(httpStatus, isError)).toBe(status);
});

const [server, client, internal] = [2, 3, 1];
let made = 0;
const span = (kind: number, end: number, more: object = {}) => ({
  traceId: 'a'.repeat(32),
  spanId: String((made += 1)).padStart(16, '0'),
  kind,
  startTimeUnixNano: '1000000000',
  endTimeUnixNano: `${end}000000`,
  ...more,
});
const withStatus = (status: number) => ({
  attributes: [{ key: 'http.response.status_code', value: { intValue: status } }],
});

test('lists what the charts of a service count, and when it ended; not what its clients saw', () => {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'guide' } }] };
  const spans = [
    span(server, 1_500, withStatus(404)),
    span(server, 1_200, withStatus(404)),
    span(client, 1_100, { ...withStatus(400), status: { code: 2 } }),
    span(internal, 1_300, { status: { code: 2 } }),
    span(server, 1_400, withStatus(200)),
  ];
  const [trace] = tracesFromOtlp({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
  expect(failuresIn(trace?.spans ?? [])).toEqual([
    { service: 'guide', counted: 'server', status: '404', first: 1_200, last: 1_500 },
    { service: 'guide', counted: 'internal', status: 'error', first: 1_300, last: 1_300 },
  ]);
});

test('keeps a hundred failures of a trace, whatever a learner sends', () => {
  const resourceSpans = Array.from({ length: 300 }, (_, at) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: `s${at}` } }] },
    scopeSpans: [{ spans: [span(server, 1_500, withStatus(500))] }],
  }));
  expect(failuresIn(tracesFromOtlp({ resourceSpans })[0]?.spans ?? [])).toHaveLength(100);
});
