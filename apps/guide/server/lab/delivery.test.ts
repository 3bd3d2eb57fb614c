// Tests what keeps metrics and logs from the guide, by the learner's files.
import { gapIn } from './delivery.ts';

const pipelines = (text: string): string => `service:\n  pipelines:\n    ${text}\n`;

test.each<[string, Record<string, string>, string]>([
  ["the lab's own settings and an empty collector.yaml", {}, ''],
  ['two exporters', { OTEL_LOGS_EXPORTER: 'console, otlp' }, ''],
  ['a pipeline that names the exporter to the guide', {}, pipelines('logs: { exporters: [debug, otlp_http/guide] }')],
  ['another pipeline without it', {}, pipelines('metrics: { exporters: [debug] }')],
  ['a pipeline with processors of its own', {}, pipelines('logs: { processors: [batch] }')],
  ['a text that is not YAML', {}, 'service: ['],
])('finds that nothing keeps logs from the guide with %s', (_what, settings, yaml) => {
  expect(gapIn(settings, yaml, 'logs')).toBeUndefined();
});

test('names the variable that keeps a signal in dice, and what to write', () => {
  expect(gapIn({ OTEL_METRICS_EXPORTER: 'console' }, '', 'metrics')).toEqual({
    finding: 'settings/exporter',
    says: 'OTEL_METRICS_EXPORTER is console: nothing is sent to the Collector',
    todo: 'Set OTEL_METRICS_EXPORTER=otlp in settings.env (console,otlp for both), then Run.',
  });
});

test.each([
  ['over several lines', 'metrics:\n      exporters: [debug]', 4],
  ['on one line', 'metrics: { exporters: [debug] }', 3],
])('names the line of collector.yaml that leaves the guide out, %s, and what to write there', (_how, text, line) => {
  expect(gapIn({}, pipelines(text), 'metrics')).toEqual({
    finding: 'collector/exporters',
    place: `collector.yaml, line ${line}`,
    says: `collector.yaml, line ${line}: the pipeline metrics exports to debug only, so no metrics come to the guide`,
    todo: 'Write exporters: [debug, otlp_http/guide] there, then Run.',
  });
});
