// Wrong solutions of step 6: mistakes that people make who have read only the step's text.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { CheckHarness, Solution } from '../../harness/check-harness.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });
const settings = (...lines: string[]) => ({
  files: { 'settings.env': ['INSTRUMENTATION=manual', ...lines].join('\n') },
});
const collectorOfStep5 = readFileSync(
  join(import.meta.dirname, '..', '05-collector', 'files', 'collector.yaml'),
  'utf8',
);
const BODY = app.slice(app.indexOf("  return tracer.startActiveSpan('do_roll'"), app.indexOf('}\n\napp.listen'));
const ROLL = 'const result = Math.floor(Math.random() * 6) + 1;';
const SET = "rollSpan.setAttribute('roll.value', result);";

/** Makes Jaeger get no more spans. */
const loseAll = ({ jaeger }: CheckHarness): void => {
  jaeger.passes = () => [];
};

export const mistakes: Solution[] = [
  {
    name: 'startActiveSpan without a function',
    right: false,
    finding: 'code/throws',
    hop: 'pod',
    says: /status 500/,
    ...changed([
      BODY,
      `  const rollSpan = tracer.startActiveSpan('do_roll');\n  ${ROLL}\n  ${SET}\n` +
        '  rollSpan.end();\n  return result;\n',
    ]),
  },
  {
    name: 'the attribute set on the current span, while the span is not the current one',
    right: false,
    finding: '06-manual/no-value',
    says: /an ended span takes no more|roll.value/,
    ...changed([
      BODY,
      `  const span = tracer.startSpan('do_roll');\n  ${ROLL}\n` +
        "  trace.getActiveSpan()?.setAttribute('roll.value', result);\n  span.end();\n  return result;\n",
    ]),
  },
  {
    name: "the attribute set on the library's span, which is the current one",
    right: false,
    finding: '06-manual/value-elsewhere',
    says: /roll\.value on another span: dice “.*Set it on do_roll itself/,
    files: {
      'settings.env': 'INSTRUMENTATION=auto',
      ...changed([
        BODY,
        `  const span = tracer.startSpan('do_roll');\n  ${ROLL}\n` +
          "  trace.getActiveSpan()?.setAttribute('roll.value', result);\n  span.end();\n  return result;\n",
      ]).files,
    },
  },
  {
    name: 'attributes in place of the options',
    right: false,
    finding: '06-manual/no-value',
    says: /roll\.value, an integer\. Found: the attributes workshop/,
    ...changed([
      BODY,
      `  ${ROLL}\n  tracer.startSpan('do_roll', { 'roll.value': result } as object).end();\n  return result;\n`,
    ]),
  },
  {
    name: 'an event in place of the attribute',
    right: false,
    finding: '06-manual/no-value',
    says: /roll\.value, an integer\. Found: the attributes workshop/,
    ...changed([SET, "rollSpan.addEvent('roll.value', { value: result });"]),
  },
  {
    name: 'a log record in place of the attribute',
    right: false,
    finding: '06-manual/no-value',
    says: /roll\.value, an integer\. Found: the attributes workshop/,
    ...changed(
      ["import { trace } from '@opentelemetry/api';", "import { logs, trace } from '@opentelemetry/api';"],
      [SET, "logs.getLogger('dice').emit({ eventName: 'rolled', attributes: { 'roll.value': result } });"],
    ),
  },
  {
    name: 'the attribute for a six only',
    right: false,
    finding: '06-manual/no-value',
    says: /roll\.value, an integer\. Found: the attributes workshop/,
    ...changed([SET, `if (result === 6) ${SET}`]),
  },
  {
    name: 'the attribute from 0 to 5, the answer from 1 to 6',
    right: false,
    finding: '06-manual/value',
    says: /where dice answered/,
    ...changed([SET, "rollSpan.setAttribute('roll.value', result - 1);"]),
  },
  {
    name: 'seven less the roll in the attribute',
    right: false,
    finding: '06-manual/value',
    says: /roll\.value (1 .* 6|2 .* 5|3 .* 4|4 .* 3|5 .* 2|6 .* 1); so in 12 of 12 rolls/,
    ...changed([SET, "rollSpan.setAttribute('roll.value', 7 - result);"]),
  },
  {
    name: 'a second, empty span for each roll',
    right: false,
    finding: '06-manual/several',
    says: /a span do_roll for each roll.*several spans do_roll in one roll.*Start one span/,
    ...changed([SET, `${SET}\n    tracer.startSpan('do_roll', { root: true }).end();`]),
  },
  {
    name: 'a second span with the value for each roll',
    right: false,
    chance: true,
    finding: '06-manual/several',
    says: /several spans do_roll in one roll, in traces of their own.*app\.ts for another startSpan.*root: true/,
    ...changed([
      SET,
      `${SET}\n    tracer.startSpan('do_roll', { attributes: { 'roll.value': result }, root: true }).end();`,
    ]),
  },
  {
    name: 'a second span with another whole number for each roll',
    right: false,
    finding: '06-manual/several',
    says: /several spans do_roll in one roll, in traces of their own.*app\.ts for another startSpan.*root: true/,
    ...changed([
      SET,
      `${SET}\n    tracer.startSpan('do_roll', { attributes: { 'roll.value': 7 - result }, root: true }).end();`,
    ]),
  },
  {
    name: 'a second span with the value for each roll, in a trace of its own beside that of the libraries',
    right: false,
    finding: '06-manual/several',
    says: /several spans do_roll in one roll, in traces of their own.*app\.ts for another startSpan.*root: true/,
    files: {
      'settings.env': 'INSTRUMENTATION=auto',
      ...changed([
        SET,
        `${SET}\n    tracer.startSpan('do_roll', { attributes: { 'roll.value': result }, root: true }).end();`,
      ]).files,
    },
  },
  {
    name: 'a roll with a fraction, in the attribute and in the answer',
    right: false,
    finding: '06-manual/value-type',
    says: /the double.*A roll is a whole number/,
    ...changed([ROLL, 'const result = Math.random() * 5.9 + 1.05;']),
  },
  {
    name: 'the attribute as a resource attribute',
    right: false,
    finding: '06-manual/no-value',
    says: /roll\.value, an integer\. Found: the attributes workshop/,
    files: { ...changed([SET, '']).files, ...settings('OTEL_RESOURCE_ATTRIBUTES=roll.value=4').files },
  },
  {
    name: 'one span for all rolls',
    right: false,
    finding: 'code/started-once',
    says: /a second end\(\) of do_roll, which was started once/,
    ...changed(
      [BODY, `  ${ROLL}\n  span.setAttribute('roll.value', result);\n  span.end();\n  return result;\n`],
      ['const app = express();', "const span = tracer.startSpan('do_roll');\nconst app = express();"],
    ),
  },
  {
    name: 'one span for all rolls, which ends when the file is loaded',
    right: false,
    finding: 'code/started-once',
    says: /^(?!.*Does your code call).*roll, which was started once, when app\.ts was loaded \(.* line \d+\)\. A span/,
    ...changed(
      [BODY, `  ${ROLL}\n  span.setAttribute('roll.value', result);\n  span.end();\n  return result;\n`],
      ['const app = express();', "const span = tracer.startSpan('do_roll');\nspan.end();\nconst app = express();"],
    ),
  },
  {
    name: 'the span around another route',
    right: false,
    finding: 'code/no-span-started',
    hop: 'pod',
    says: /has started no span/,
    ...changed(
      [BODY, `  ${ROLL}\n  return result;\n`],
      [
        'response.send(`Thank',
        "tracer.startSpan('do_roll', { attributes: { 'roll.value': 4 } }).end();\n  response.send(`Thank",
      ],
    ),
  },
  {
    name: 'the console exporter of an earlier step',
    right: false,
    finding: 'settings/exporter',
    hop: 'pod',
    says: /OTEL_TRACES_EXPORTER is console/,
    ...settings('OTEL_TRACES_EXPORTER=console'),
  },
  {
    name: 'right code, while collector.yaml still has the sampler of the step before',
    right: false,
    finding: 'telemetry/sampled',
    says: /^(?!.*(each call|where dice answered)).*collector\.yaml lists probabilistic_sampler, which drops traces/,
    files: { 'collector.yaml': collectorOfStep5 },
  },
  {
    name: 'right code, while dice keeps 30 % of its traces',
    right: false,
    finding: 'telemetry/sampled',
    says: /^(?!.*(each call|where dice answered)).*OTEL_TRACES_SAMPLER is traceidratio with the argument 0\.3/,
    ...settings('OTEL_TRACES_SAMPLER=traceidratio', 'OTEL_TRACES_SAMPLER_ARG=0.3'),
  },
  {
    name: 'a sampler that drops every trace',
    right: false,
    finding: 'telemetry/sampled',
    hop: 'pod',
    says: /no span is recorded/,
    ...settings('OTEL_TRACES_SAMPLER=always_off'),
  },
  {
    name: 'a span for every second roll only',
    right: false,
    finding: '06-manual/some-missing',
    says: /no do_roll for 6 of 12 rolls.*Start it in each call/,
    ...changed(
      [BODY, `  isOdd = !isOdd;\n  if (isOdd) return 4;\n${BODY}`],
      ['let hits = 0;', 'let hits = 0;\nlet isOdd = false;'],
    ),
  },
  {
    name: 'a tracer with the name of a library',
    right: false,
    finding: '06-manual/by-library',
    says: /a span of @opentelemetry\/instrumentation-dice/,
    ...changed(["trace.getTracer('dice')", "trace.getTracer('@opentelemetry/instrumentation-dice')"]),
  },
  {
    name: 'a route that never answers',
    right: false,
    hop: 'pod',
    finding: 'pod/hangs',
    says: /no answer within 5 s.*does the route call response\.send/,
    ...changed(['response.send(String(doRoll()));', 'doRoll();']),
  },
  {
    name: 'right code, while the new pod does not run',
    right: false,
    hop: 'pod',
    finding: 'pod/not-running',
    says: /your code does not parse/,
    lab: { podTrouble: (component) => Promise.resolve(component === 'dice' ? 'your code does not parse' : undefined) },
    before: loseAll,
  },
  {
    name: 'right code, while the exporter reports an error',
    right: false,
    hop: 'pod',
    finding: 'pod/export-fails',
    says: /OpenTelemetry error: Not Found/,
    lab: {
      report: () => Promise.resolve(undefined),
      podLog: () => Promise.resolve('OpenTelemetry error: Not Found (HTTP status 404)'),
    },
    before: loseAll,
  },
  {
    name: 'an endpoint at an address that nobody has',
    right: false,
    hop: 'pod',
    finding: 'settings/endpoint',
    says: /nothing takes connections at http:\/\/0\.0\.0\.0:1/,
    ...settings('OTEL_EXPORTER_OTLP_ENDPOINT=http://0.0.0.0:1'),
  },
  {
    name: 'an endpoint where nothing listens',
    right: false,
    finding: 'settings/mistake',
    hop: 'pod',
    says: /OTEL_EXPORTER_OTLP_ENDPOINT leads to localhost/,
    ...settings('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1'),
  },
];
