import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const app = readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', 'app.ts'), 'utf8');
const nobody = 'http://127.0.0.1:1';

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
];
