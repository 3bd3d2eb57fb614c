import { checkEnvironment, refusedValues } from './environment.ts';

test.each([
  ['OTEL_TRACES_EXPORTER', 'otlp, console'],
  ['OTEL_METRICS_EXPORTER', 'none'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/protobuf'],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'grpc'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318'],
  ['OTEL_TRACES_SAMPLER', 'parentbased_traceidratio'],
  ['OTEL_LOG_LEVEL', 'DEBUG'],
  ['OTEL_BSP_SCHEDULE_DELAY', '500'],
  ['OTEL_BSP_SCHEDULE_DELAY', '20'],
  ['OTEL_METRIC_EXPORT_INTERVAL', '2000'],
  ['OTEL_SPAN_EVENT_COUNT_LIMIT', '0'],
  ['OTEL_SERVICE_NAME', 'anything at all'],
  ['OTEL_TRACES_EXPORTER', ''],
])('accepts the environment variable %s=%s', (name, value) => {
  expect(checkEnvironment({ [name]: value })).toEqual({ mistakes: [], refused: [] });
});

test.each([
  ['OTEL_TRACES_EXPORTER', 'jaeger', 'one or more (with commas) of otlp, console, zipkin, none'],
  ['OTEL_LOGS_EXPORTER', 'otlp,prometheus', 'one or more (with commas) of otlp, console, none'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http', 'one of grpc, http/protobuf, http/json'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'a URL such as http://collector:4318'],
  ['OTEL_BSP_SCHEDULE_DELAY', 'soon', 'a number greater than 0'],
  ['OTEL_BSP_SCHEDULE_DELAY', '-1', 'a number greater than 0'],
  ['OTEL_METRIC_EXPORT_INTERVAL', '0', 'a number greater than 0'],
  ['OTEL_METRIC_EXPORT_INTERVAL', '3000000000', 'at most 2147483647 milliseconds'],
  ['OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', 'never', 'a number greater than 0'],
  ['OTEL_BLRP_MAX_QUEUE_SIZE', '0', 'a number greater than 0'],
  ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', '-5', 'a number of at least 0'],
])('refuses the environment variable %s=%s, and names the valid values', (name, value, expected) => {
  const { mistakes, refused } = checkEnvironment({ [name]: value });
  expect(refused).toEqual([name]);
  expect(mistakes).toEqual([`${name} is "${value}": expected ${expected}. Ignoring it.`]);
});

test.each([
  ['OTEL_METRICS_EXPORTER', 'otlp,consle', 'OTEL_METRICS_EXPORTER is treated as not set now. Write console.'],
  ['OTEL_TRACES_SAMPLER', 'always on', 'OTEL_TRACES_SAMPLER is treated as not set now. Write always_on.'],
  ['OTEL_BSP_SCHEDULE_DELAY', 'soon', 'OTEL_BSP_SCHEDULE_DELAY is treated as not set now. Write another value.'],
])('says what to do about the environment variable %s=%s in sentences that make sense alone', (name, value, todo) => {
  expect(refusedValues({ [name]: value }).map((mistake) => mistake.todo)).toEqual([todo]);
});
