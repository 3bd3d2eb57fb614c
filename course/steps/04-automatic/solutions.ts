import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const dice = (name: string) => readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', name), 'utf8');
const settings = (...lines: string[]) => ({ files: { 'settings.env': lines.join('\n') } });

const consoles = (...more: string[]) =>
  settings('INSTRUMENTATION=auto', 'OTEL_TRACES_EXPORTER=console', 'OTEL_METRICS_EXPORTER=console', ...more);

export const solutions: Solution[] = [
  { name: "the step's own solution", right: true },
  {
    name: 'settings that set both exporters to console',
    right: true,
    ...settings('INSTRUMENTATION=auto', 'OTEL_TRACES_EXPORTER=console', 'OTEL_METRICS_EXPORTER=console'),
  },
  {
    name: 'export of spans to both the console and the Collector',
    right: true,
    ...settings(
      'OTEL_TRACES_EXPORTER = otlp,console',
      '# yes',
      'OTEL_METRICS_EXPORTER=console',
      'INSTRUMENTATION = auto',
    ),
  },
  {
    name: 'another service name, and more exporters',
    right: true,
    ...settings(
      'export INSTRUMENTATION="auto"',
      'OTEL_SERVICE_NAME=my-dice',
      "OTEL_TRACES_EXPORTER='console'",
      'OTEL_METRICS_EXPORTER=otlp,console # both',
    ),
  },
  {
    name: 'settings with the line ends of Windows',
    right: true,
    files: {
      'settings.env': 'INSTRUMENTATION=auto\r\nOTEL_TRACES_EXPORTER=console\r\nOTEL_METRICS_EXPORTER=console\r\n',
    },
  },
  { name: 'metrics that leave once a minute', right: true, ...consoles('OTEL_METRIC_EXPORT_INTERVAL=60000') },
  { name: 'metrics that leave every two seconds', right: true, ...consoles('OTEL_METRIC_EXPORT_INTERVAL=2000') },
  { name: 'logs on the console too', right: true, ...consoles('OTEL_LOGS_EXPORTER=console') },
  {
    name: 'an older line for the same variable, and settings that are turned off by #',
    right: true,
    ...settings(
      'INSTRUMENTATION=none',
      '#INSTRUMENTATION=manual',
      'INSTRUMENTATION=auto',
      '\tOTEL_TRACES_EXPORTER=console  # for now',
      'OTEL_METRICS_EXPORTER= console',
    ),
  },
  {
    name: 'every trace sampled, and another propagator',
    right: true,
    ...consoles('OTEL_TRACES_SAMPLER=always_on', 'OTEL_PROPAGATORS=tracecontext,baggage,b3'),
  },
  {
    name: 'code that also makes a span by hand',
    right: true,
    files: {
      ...consoles().files,
      'app.ts': edited(dice('app.ts'), [
        'import express',
        "import { trace } from '@opentelemetry/api';\ntrace.getTracer('me').startSpan('up').end();\nimport express",
      ]),
    },
  },
  {
    name: 'spans on the console, but no metrics',
    right: false,
    finding: '04-automatic/no-metric',
    says: /OTEL_METRICS_EXPORTER does not name the console.*met: a visit's spans/,
    ...settings('INSTRUMENTATION=auto', 'OTEL_TRACES_EXPORTER=console'),
  },
  {
    name: 'INSTRUMENTATION=manual with the console exporters',
    right: false,
    finding: '04-automatic/level',
    hop: 'pod',
    says: /Set INSTRUMENTATION=auto/,
    ...settings('INSTRUMENTATION=manual', 'OTEL_TRACES_EXPORTER=console', 'OTEL_METRICS_EXPORTER=console'),
  },
  {
    name: 'INSTRUMENTATION=manual without the console exporters',
    right: false,
    finding: '04-automatic/level',
    hop: 'pod',
    says: /Set INSTRUMENTATION=auto/,
    ...settings('INSTRUMENTATION=manual'),
  },
  {
    name: 'INSTRUMENTATION=none in the settings',
    right: false,
    finding: '04-automatic/level',
    hop: 'pod',
    says: /INSTRUMENTATION is none/,
    ...settings('INSTRUMENTATION=none', 'OTEL_TRACES_EXPORTER=console'),
  },
  {
    name: 'spans that go to the Collector but not to the console',
    right: false,
    finding: '04-automatic/no-trace-console',
    hop: 'pod',
    says: /does not name the console/,
    ...settings('INSTRUMENTATION=auto'),
  },
  {
    name: 'metrics on the console, but no spans',
    right: false,
    finding: '04-automatic/no-trace-console',
    hop: 'pod',
    says: /does not name the console/,
    ...settings('INSTRUMENTATION=auto', 'OTEL_TRACES_EXPORTER=none', 'OTEL_METRICS_EXPORTER=console'),
  },
  {
    name: 'an unknown value of INSTRUMENTATION',
    right: false,
    finding: 'pod/no-answer',
    hop: 'pod',
    ...settings('INSTRUMENTATION=automatic', 'OTEL_TRACES_EXPORTER=console'),
  },
  {
    name: 'spans that the code makes by hand',
    right: false,
    finding: '04-automatic/by-hand',
    says: /by hand/,
    files: { 'app.ts': dice('app.manual.ts'), 'settings.env': 'INSTRUMENTATION=manual\nOTEL_TRACES_EXPORTER=console' },
  },
  {
    name: 'an SDK that the settings disable',
    right: false,
    finding: 'settings/sdk-off',
    hop: 'pod',
    says: /OTEL_SDK_DISABLED/,
    ...settings('INSTRUMENTATION=auto', 'OTEL_TRACES_EXPORTER=console', 'OTEL_SDK_DISABLED=true'),
  },
  {
    name: 'a misspelt variable for the exporter of spans',
    right: false,
    finding: 'settings/mistake',
    hop: 'pod',
    says: /did you mean OTEL_TRACES_EXPORTER/i,
    ...settings('INSTRUMENTATION=auto', 'OTEL_TRACE_EXPORTER=console', 'OTEL_METRICS_EXPORTER=console'),
  },
  {
    name: 'a colon in place of the sign =',
    right: false,
    finding: 'settings/mistake',
    hop: 'pod',
    says: /line 1/,
    ...settings('INSTRUMENTATION: auto', 'OTEL_TRACES_EXPORTER: console', 'OTEL_METRICS_EXPORTER: console'),
  },
  {
    name: 'both exporters on one line',
    right: false,
    finding: '04-automatic/no-trace-console',
    ...settings('INSTRUMENTATION=auto', 'OTEL_TRACES_EXPORTER=console OTEL_METRICS_EXPORTER=console'),
    hop: 'pod',
  },
  {
    name: 'an exporter of metrics by the name that other SDKs use',
    right: false,
    finding: '04-automatic/no-metric',
    says: /OTEL_METRICS_EXPORTER does not name the console.*is "logging": expected.*called console here/,
    ...settings('INSTRUMENTATION=auto', 'OTEL_TRACES_EXPORTER=console', 'OTEL_METRICS_EXPORTER=logging'),
  },
  {
    name: 'an exporter of spans by the name that other SDKs use',
    right: false,
    finding: '04-automatic/no-trace-console',
    hop: 'pod',
    says: /OTEL_TRACES_EXPORTER is "logging": expected.*called console here/,
    ...settings('INSTRUMENTATION=auto', 'OTEL_TRACES_EXPORTER=logging', 'OTEL_METRICS_EXPORTER=console'),
  },
  {
    name: 'only log records on the console',
    right: false,
    finding: '04-automatic/no-trace-console',
    hop: 'pod',
    says: /OTEL_TRACES_EXPORTER is \S+, and does not name the console/,
    ...settings('INSTRUMENTATION=auto', 'OTEL_LOGS_EXPORTER=console'),
  },
  {
    name: 'a sampler that drops every trace',
    right: false,
    finding: 'telemetry/sampled',
    hop: 'pod',
    says: /no span is recorded/,
    ...consoles('OTEL_TRACES_SAMPLER=always_off'),
  },
  {
    name: 'the library of HTTP turned off',
    right: false,
    finding: '04-automatic/no-span',
    ...consoles('OTEL_NODE_DISABLED_INSTRUMENTATIONS=http'),
    hop: 'pod',
  },
  {
    name: 'code that has renamed the route /visit',
    right: false,
    finding: '04-automatic/no-server-span',
    says: /route \/visit/,
    files: { 'app.ts': edited(dice('app.ts'), ["app.get('/visit'", "app.get('/visits'"]) },
  },
];
