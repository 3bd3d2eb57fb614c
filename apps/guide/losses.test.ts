import type { Dropped } from './explore-contract.ts';
import { lossAsText, lossInWords } from './losses.ts';

const metrics = { signal: 'metrics', count: 1_234 } as const;
const logs = { signal: 'logs', count: 1_234 } as const;

test.each<[string, Dropped, RegExp]>([
  [
    'the queue of the SDK',
    { ...logs, hop: 'sdk', reason: 'full' },
    /^dice has dropped 1,234 log records, because they came faster than the SDK sends them.*\. Log less.* Run\.$/,
  ],
  [
    'a request that the Collector refuses',
    {
      ...logs,
      hop: 'exporter',
      reason: 'refused',
      example: 'Bad Request (HTTP status 400): http: request body too large',
    },
    /^dice could not send 1,234 log records: Bad Request .* too large\. Cut long texts, as in text\.slice\(0, 1000\)/,
  ],
  [
    'a request that gRPC refuses',
    {
      signal: 'traces',
      count: 1,
      hop: 'exporter',
      reason: 'refused',
      example: '8 RESOURCE_EXHAUSTED: larger than max',
    },
    /^dice could not send 1 span: 8 RES.*OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT=1000 in settings\.env/,
  ],
  [
    'a Collector that is not there',
    { ...logs, hop: 'exporter', reason: 'refused', example: 'connect ECONNREFUSED' },
    /: connect ECONNREFUSED\. See the Collector/,
  ],
  [
    'a batch that is too large for the Collector',
    { ...logs, hop: 'collector', reason: 'size', to: 'the guide' },
    /^The Collector has dropped 1,234 log records, because the batch.* more than 4 MiB.* for the guide\. Cut long/,
  ],
  [
    'attributes of metrics that are too large',
    { signal: 'metrics', count: 2, hop: 'collector', reason: 'size', to: 'Prometheus' },
    /^The Collector has dropped 2 metric points.*Prometheus\. Leave long texts out of the attributes of instruments/,
  ],
  [
    'a full queue of the Collector',
    { signal: 'traces', count: 2, hop: 'collector', reason: 'full', to: 'Jaeger' },
    /^The Collector has dropped 2 spans, because its queue for Jaeger, which holds 4 MiB, had no room.* Start fewer/,
  ],
  [
    'a backend that refuses',
    { ...logs, hop: 'collector', reason: 'refused', to: 'the guide', example: 'HTTP Status Code 503' },
    /^The Collector could not send 1,234 log records to the guide: HTTP Status Code 503\. See the hops behind/,
  ],
  [
    'requests that the guide refuses',
    { ...logs, count: 3, items: 600, hop: 'guide', reason: 'size' },
    /^The guide refused 3 log requests with 600 log records in all, because they are too large\. Cut long texts/,
  ],
  [
    'requests that the guide cannot read',
    { ...logs, count: 1, hop: 'guide', reason: 'format' },
    /^The guide refused 1 log request, which it can't read\. Take your settings of otlp_http\/guide/,
  ],
  [
    'new series',
    { signal: 'metrics', count: 9, hop: 'guide', reason: 'series', example: 'dice.rolls{user.id=17}' },
    /dropped 9 metric points of new series, because .* An example: dice\.rolls\{user\.id=17\}\. Leave out attributes/,
  ],
  ['long texts', { ...logs, count: 1, hop: 'guide', reason: 'cut' }, /kept only the beginning of 1 text, or no attr/],
  [
    'a point of long ago',
    { ...metrics, hop: 'guide', reason: 'age' },
    /^The guide left out 1,234 metric points of more than/,
  ],
  [
    'series of many services',
    { ...metrics, hop: 'guide', reason: 'series', example: 'red.duration of x: {}' },
    /Use few values of service\.name\. Then Run\.$/,
  ],
  [
    'values that are no numbers',
    { ...metrics, hop: 'guide', reason: 'number', example: 'load of dice' },
    /^The guide left out 1,234 metric points whose value is NaN or Infinity\. An example: load of dice\. Record only/,
  ],
  ['old records', { ...logs, hop: 'guide', reason: 'age' }, /^Newer records took the place of 1,234 log records\.$/],
  [
    'a busy guide',
    { ...logs, hop: 'guide', reason: 'busy' },
    /^The guide refused 1,234 log requests.*sends them again\.$/,
  ],
])('says where %s loses telemetry, how much, and what to do', (_what, dropped, text) => {
  expect(lossAsText(dropped)).toMatch(text);
});

test('has nothing to do about what is not lost', () => {
  for (const reason of ['age', 'busy'] as const)
    expect(lossInWords({ ...logs, hop: 'guide', reason }).todo).toBeUndefined();
});
