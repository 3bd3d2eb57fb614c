import { isEnabled, mistakesIn } from './mistakes.ts';

test.each<[string, Record<string, string>]>([
  [
    'the settings of the chart',
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_SERVICE_NAME: 'dice',
    },
  ],
  ['grpc on port 4317', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
  ['an endpoint of traces with its path', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:4318/v1/traces' }],
  ['half of all traces', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }],
  ['a library of dice', { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'express, http' }],
  ['an empty value', { OTEL_TRACE_EXPORTER: '' }],
  ['a variable that does not configure OpenTelemetry', { PATH: '/bin' }],
])('finds no mistake in %s', (_what, env) => {
  expect(mistakesIn(env)).toEqual([]);
});

test.each<[string, Record<string, string>, RegExp, RegExp]>([
  [
    'a misspelt name',
    { OTEL_TRACE_EXPORTER: 'console' },
    /no variable OTEL_TRACE_EXPORTER/,
    /mean OTEL_TRACES_EXPORTER\?/,
  ],
  ['an unknown name', { OTEL_ZZZZ_QQQQ_XXXX_YYYY: '1' }, /no variable OTEL_ZZZZ/, /Nothing reads it/],
  ['a variable of the retired exporter', { OTEL_EXPORTER_JAEGER_ENDPOINT: 'x' }, /retired/, /Jaeger takes OTLP/],
  ['a variable of Python', { OTEL_PYTHON_LOG_CORRELATION: 'true' }, /Python only/, /Take the line out/],
  [
    'a variable of Java',
    { OTEL_INSTRUMENTATION_EXPRESS_ENABLED: 'false' },
    /Java/,
    /OTEL_NODE_DISABLED_INSTRUMENTATIONS/,
  ],
  [
    'a path that the SDK adds itself',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/v1/traces' },
    /ends with \/v1\/traces/,
    /Write http:\/\/c:4318 only/,
  ],
  [
    'a missing path',
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:4318' },
    /TRACES_ENDPOINT has no path/,
    /http:\/\/c:4318\/v1\/traces/,
  ],
  [
    'grpc on port 4318',
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' },
    /grpc is sent to port 4318/,
    /4317/,
  ],
  ['http on port 4317', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317' }, /http is sent to port 4317/, /4318/],
  [
    'a ratio in percent',
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '50%' },
    /from 0 to 1/,
    /Write 0\.5 for 50 %/,
  ],
  [
    'a ratio that is no number',
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' },
    /from 0 to 1/,
    /0\.5 for half/,
  ],
  [
    'an interval in seconds',
    { OTEL_METRIC_EXPORT_INTERVAL: '2' },
    /is 2, which is in milliseconds: metrics leave every 2 ms/,
    /Write 2000 for 2 s/,
  ],
  [
    'a time limit in seconds',
    { OTEL_EXPORTER_OTLP_TIMEOUT: '10' },
    /an export may take 10 ms only/,
    /Write 10000 for 10 s/,
  ],
  ['a ratio without a sampler', { OTEL_TRACES_SAMPLER_ARG: '0.5' }, /no effect/, /parentbased_traceidratio/],
  [
    'a library that is not there',
    { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'net,http' },
    /names net,/,
    /http, express, undici, pino/,
  ],
])('finds %s, and says what to do', (_what, env, says, todo) => {
  const [mistake, ...more] = mistakesIn(env);
  expect(more).toEqual([]);
  expect(mistake?.says).toMatch(says);
  expect(mistake?.todo).toMatch(todo);
  expect(Object.keys(env)).toContain(mistake?.names[0]);
});

test('turns off the libraries that the two variables of auto-instrumentations-node exclude', () => {
  const on = (env: Record<string, string>) => ['http', 'express', 'pino'].filter((name) => isEnabled(name, env));
  expect(on({})).toEqual(['http', 'express', 'pino']);
  expect(on({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'express, http' })).toEqual(['pino']);
  expect(on({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' })).toEqual(['http']);
});
