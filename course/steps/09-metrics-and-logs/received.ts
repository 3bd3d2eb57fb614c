// Solutions of step 9 with log records in place of lines, and with pipelines of collector.yaml.
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';
import { app as byPino, EMIT, own } from './pino.ts';

const code = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(own, ...changes) } });
const manual = (...lines: string[]) => ['INSTRUMENTATION=manual', ...lines].join('\n');
const pipeline = (text: string): string => `service:\n  pipelines:\n    ${text}\n`;
/** The step's own code. A comment tells it from that of other solutions, so that each has a dice of its own. */
const ownWith = (comment: string): string => `${own}// ${comment}\n`;
const PARENT = '    const parent = propagation.extract';
const record = (more: string): string => `  log.emit({ body: request.query.param${more} });\n`;

export const received: Solution[] = [
  {
    name: 'a log record that has its text in an attribute, and a name',
    right: true,
    ...code([EMIT, "  log.emit({ eventName: 'asked', attributes: { param: request.query.param } });\n"]),
  },
  {
    name: 'a log record whose body is a map',
    right: true,
    ...code([EMIT, '  log.emit({ body: { asked: request.query.param } });\n']),
  },
  {
    name: 'a log record without ids before the span, and another one within it',
    right: true,
    ...code([PARENT, `  ${record('')}${PARENT}`]),
  },
  {
    name: 'lines of pino that a library sends, without a mixin',
    right: true,
    files: {
      'app.ts': edited(byPino, ['pino({ mixin: traceIds })', 'pino()']),
      'settings.env': 'INSTRUMENTATION=auto\nOTEL_METRIC_EXPORT_INTERVAL=2000',
    },
  },
  {
    name: 'log records that leave once a minute, of a renamed service',
    right: true,
    files: {
      'settings.env': manual(
        'OTEL_SERVICE_NAME=my-dice',
        'OTEL_BLRP_SCHEDULE_DELAY=60000',
        'OTEL_METRIC_EXPORT_INTERVAL=2000',
      ),
    },
  },
  {
    name: 'a collector.yaml that has nothing in it',
    right: true,
    files: { 'app.ts': ownWith('empty'), 'collector.yaml': '# nothing\n' },
  },
  {
    name: 'a debug exporter that prints each metric, as this step once asked for',
    right: true,
    files: { 'app.ts': ownWith('detailed'), 'collector.yaml': 'exporters: { debug: { verbosity: detailed } }\n' },
  },
  {
    name: 'a debug exporter with verbosity normal',
    right: true,
    files: { 'app.ts': ownWith('normal'), 'collector.yaml': 'exporters: {debug: {verbosity: normal}}' },
  },
  {
    name: 'pipelines that print as well as send to the guide',
    right: true,
    files: {
      'app.ts': ownWith('both'),
      'collector.yaml': `exporters: { debug: { verbosity: detailed } }\n${pipeline(
        'metrics: { exporters: [debug, otlp_http/guide] }\n    logs: { exporters: [otlp_http/guide, debug] }',
      )}`,
    },
  },
  {
    name: 'a pipeline of metrics that only prints',
    right: false,
    finding: 'collector/exporters',
    says: /collector\.yaml, line 3: the pipeline metrics exports to debug only, so no metrics come to the guide/,
    files: { 'app.ts': ownWith('prints'), 'collector.yaml': pipeline('metrics: { exporters: [debug] }') },
  },
  {
    name: 'a pipeline of metrics that sends to Jaeger',
    right: false,
    finding: 'collector/exporters',
    says: /line 4: the pipeline metrics exports to otlp_http.jaeger only.*\[otlp_http.jaeger, otlp_http.guide\]/,
    files: {
      'app.ts': ownWith('jaeger'),
      'collector.yaml': pipeline('metrics:\n      exporters:\n        - otlp_http/jaeger'),
    },
  },
  {
    name: 'a pipeline of logs that only prints',
    right: false,
    finding: 'collector/exporters',
    says: /no such record.*collector\.yaml, line 3: the pipeline logs .* debug only.*met: the counter/,
    files: { 'app.ts': ownWith('prints logs'), 'collector.yaml': pipeline('logs: { exporters: [debug] }') },
  },
  {
    name: 'log records that no exporter sends',
    right: false,
    finding: 'settings/exporter',
    says: /no such line and no such record.*OTEL_LOGS_EXPORTER is none/,
    files: { 'settings.env': manual('OTEL_LOGS_EXPORTER=none', 'OTEL_METRIC_EXPORT_INTERVAL=2000') },
  },
  {
    name: 'a log record that is emitted before the span begins',
    right: false,
    finding: '09-metrics-and-logs/outside',
    says: /a log record “find-me-.*emitted while no span is active.*met: the parameter .*unmet: trace_id and span_id/,
    ...code([EMIT, ''], [PARENT, `  ${record('')}${PARENT}`]),
  },
  {
    name: 'a log record in a trace of its own',
    right: false,
    finding: '09-metrics-and-logs/own-trace',
    says: /its span in a trace of its own/,
    ...code([`${PARENT}(context.active(), request.headers);`, '    const parent = context.active();']),
  },
  {
    name: 'a log record of a span that never ends',
    right: false,
    finding: 'code/never-ended',
    says: /no span .* of dice in trace.*end that span/,
    ...code([EMIT, `  tracer.startActiveSpan('asked', () => {\n  ${EMIT}  });\n`]),
  },
  {
    name: 'a log record with another text',
    right: false,
    finding: '09-metrics-and-logs/no-record',
    says: /no such line and no such record/,
    ...code([EMIT, "  log.emit({ body: 'asked' });\n"]),
  },
];
