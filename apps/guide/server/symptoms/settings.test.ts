import { settingsMistakes } from './settings.ts';

/** The variables that the chart sets for dice. */
const chart = {
  INSTRUMENTATION: 'auto',
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://lab-collector:4318',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
};

test.each<[mistake: string, line: string, cause: RegExp, todo: RegExp]>([
  [
    'INSTRUMENTATION=automatic',
    'INSTRUMENTATION=automatic',
    /"automatic": expected one of none, auto, manual/,
    /INSTRUMENTATION=auto\./,
  ],
  ['an unknown level', 'INSTRUMENTATION=everything', /expected one of none, auto, manual/, /Choose one/],
  ['a colon instead of =', 'INSTRUMENTATION: auto', /not NAME=value/, /Write INSTRUMENTATION=auto\./],
  ['a blank instead of =', 'OTEL_TRACES_EXPORTER console', /not NAME=value/, /Write OTEL_TRACES_EXPORTER=console\./],
  ['a misspelt INSTRUMENTATION', 'INSTRUMENTATON=auto', /"INSTRUMENTATON" is ignored/, /mean INSTRUMENTATION\?/],
  ['small letters', 'otel_service_name=x', /is ignored/, /mean OTEL_SERVICE_NAME\?/],
  ['another program’s variable', 'PORT=3000', /"PORT" is ignored: only INSTRUMENTATION/, /Take the line out/],
  [
    'a misspelt variable',
    'OTEL_TRACE_EXPORTER=console',
    /no variable OTEL_TRACE_EXPORTER/,
    /mean OTEL_TRACES_EXPORTER\?/,
  ],
  ['the exporter jaeger', 'OTEL_TRACES_EXPORTER=jaeger', /is "jaeger": expected one or more/, /takes OTLP today/],
  ['the exporter logging', 'OTEL_TRACES_EXPORTER=logging', /is "logging"/, /called console here/],
  ['an unknown value', 'OTEL_TRACES_SAMPLER=always', /expected one of always_on/, /treated as not set/],
  [
    'a path that the SDK adds',
    'OTEL_EXPORTER_OTLP_ENDPOINT=http://lab-collector:4318/v1/traces',
    /adds \/v1\/traces to it once more/,
    /http:\/\/lab-collector:4318 only/,
  ],
  ['a missing path', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://lab-collector:4318', /has no path/, /4318\/v1\/traces/],
  ['grpc on the port of the chart', 'OTEL_EXPORTER_OTLP_PROTOCOL=grpc', /grpc is sent to port 4318/, /Take grpc out/],
  ['localhost', 'OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318', /the pod of dice itself/, /Take the line out/],
  ['a share in percent', 'OTEL_TRACES_SAMPLER_ARG=50', /no effect/, /parentbased_traceidratio/],
  [
    'a library that is not there',
    'OTEL_NODE_DISABLED_INSTRUMENTATIONS=net',
    /names net/,
    /http, express, undici, pino/,
  ],
  ['an interval in seconds', 'OTEL_METRIC_EXPORT_INTERVAL=2', /metrics leave every 2 ms/, /Write 2000 for 2 s/],
  ['a time with a unit', 'OTEL_METRIC_EXPORT_INTERVAL=2s', /"2s": expected a number/, /without a unit: write 2000/],
  ['a negative time', 'OTEL_BSP_SCHEDULE_DELAY=-5', /"-5": expected a number greater than 0/, /treated as not set/],
  ['a time that no timer takes', 'OTEL_BLRP_SCHEDULE_DELAY=9999999999', /expected at most \d+/, /treated as not set/],
  ['a variable of Java', 'OTEL_INSTRUMENTATION_EXPRESS_ENABLED=false', /Java/, /OTEL_NODE_DISABLED_INSTRUMENTATIONS/],
  ['a variable of the retired exporter', 'OTEL_EXPORTER_JAEGER_ENDPOINT=http://j:14268', /retired/, /already set up/],
])('explains %s in settings.env, with its line', (_mistake, line, cause, todo) => {
  const [first, ...more] = settingsMistakes(`# mine\n\n${line}\n`, chart);
  expect(more).toEqual([]);
  expect(first).toMatchObject({ file: 'settings.env', line: 3, cause: expect.stringMatching(cause) as string });
  expect(first?.todo).toMatch(todo);
});

test('lists several mistakes in settings.env in the order of their lines', () => {
  const text = 'OTEL_TRACE_EXPORTER=x\nPORT=1\nINSTRUMENTATION=automatic\n';
  expect(settingsMistakes(text, chart).map(({ line }) => line)).toEqual([1, 2, 3]);
});

test('finds no mistake in the settings of the course, or in those of the chart', () => {
  expect(settingsMistakes('INSTRUMENTATION=auto\nOTEL_TRACES_EXPORTER=console\n', chart)).toEqual([]);
  expect(settingsMistakes('', { ...chart, OTEL_TRACE_EXPORTER: 'x' })).toEqual([]);
});
