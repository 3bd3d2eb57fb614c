import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { CheckHarness, Solution } from '../../harness/check-harness.ts';

const app = readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', 'app.ts'), 'utf8');
const nobody = 'http://127.0.0.1:1';
const removed = 'collector.yaml, line 2: the exporter logging was removed';

/** Makes Jaeger get no more spans. */
const loseAll = ({ jaeger }: CheckHarness): void => {
  jaeger.passes = () => [];
};

export const solutions: Solution[] = [
  { name: 'the unchanged lab', right: true },
  { name: 'dice without instrumentation', right: true, files: { 'settings.env': 'INSTRUMENTATION=none' } },
  {
    name: 'a Collector that drops some traces by sampling',
    right: true,
    files: {
      'collector.yaml':
        'processors: {probabilistic_sampler: {sampling_percentage: 60}}\n' +
        'service: {pipelines: {traces: {processors: [probabilistic_sampler]}}}',
    },
  },
  {
    name: 'another service name, and spans that leave once a minute',
    right: true,
    files: { 'settings.env': 'OTEL_SERVICE_NAME=my-dice\nOTEL_BSP_SCHEDULE_DELAY=60000' },
  },
  {
    name: 'code of dice that answers with JSON',
    right: true,
    files: {
      'app.ts': edited(app, [
        'response.send(`Thank you for the visit! You are number ${hits}.`)',
        'response.json({ hits })',
      ]),
    },
  },
  {
    name: 'code of dice without the route /visit',
    right: false,
    finding: 'pod/error-status',
    says: /status 404/,
    hop: 'pod',
    files: { 'app.ts': edited(app, ["app.get('/visit'", "app.get('/visits'"]) },
  },
  {
    name: 'dice does not answer',
    right: false,
    finding: 'pod/no-answer',
    hop: 'pod',
    says: /ECONNREFUSED/,
    lab: { dice: nobody },
  },
  {
    name: 'code of dice that does not parse',
    right: false,
    finding: 'pod/no-answer',
    hop: 'pod',
    files: { 'app.ts': 'const app = (;' },
  },
  {
    name: 'dice answers each visit with an error',
    right: false,
    finding: 'code/throws',
    hop: 'pod',
    says: /status 500/,
    files: { 'app.ts': edited(app, ['response.send(`Thank', 'throw new Error("no visits"); response.send(`Thank']) },
  },
  {
    name: 'the Collector does not answer',
    right: false,
    finding: 'collector/refused',
    hop: 'collector',
    says: /ECONNREFUSED/,
    lab: { collector: nobody },
  },
  {
    name: 'Jaeger does not answer',
    right: false,
    finding: 'jaeger/no-answer',
    hop: 'jaeger',
    says: /ECONNREFUSED/,
    lab: { jaeger: nobody },
  },
  {
    name: 'the Collector sends nothing to Jaeger',
    right: false,
    finding: 'collector/exporters',
    hop: 'collector',
    says: /collector\.yaml, line 1: the pipeline traces exports to debug only.*\[debug, otlp_http\/jaeger\]/,
    files: { 'collector.yaml': 'service: {pipelines: {traces: {exporters: [debug]}}}' },
  },
  {
    name: "the Collector's new pod does not run",
    right: false,
    hop: 'collector',
    finding: 'collector/not-running',
    says: /its new pod does not run: collector\.yaml, line 2/,
    lab: { podTrouble: (component) => Promise.resolve(component === 'collector' ? removed : undefined) },
  },
  {
    name: 'a Collector that listens on its own loopback only',
    right: false,
    hop: 'collector',
    finding: 'collector/address',
    says: /listens at 127\.0\.0\.1:4318, where no other pod may reach it/,
    lab: { collector: nobody },
    files: { 'collector.yaml': 'receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:4318"}}}}' },
  },
  {
    name: 'a pipeline that receives from elsewhere',
    right: false,
    hop: 'collector',
    finding: 'collector/receivers',
    says: /the pipeline traces receives from zipkin only/,
    files: { 'collector.yaml': 'service: {pipelines: {traces: {receivers: [zipkin]}}}' },
    before: loseAll,
  },
  {
    name: 'a Collector whose exporter fails',
    right: false,
    hop: 'collector',
    finding: 'collector/export-fails',
    says: /its log says: .*Exporting failed/,
    lab: { podLog: () => Promise.resolve('2026-01-01T00:00:00Z\terror\tExporting failed. Dropping data.') },
    before: loseAll,
  },
  {
    name: 'spans that get lost behind the Collector',
    right: false,
    hop: 'jaeger',
    finding: 'jaeger/missing',
    says: /a span that the Collector took did not arrive/,
    before: loseAll,
  },
];
