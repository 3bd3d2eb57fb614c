import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';
import { mistakes } from './mistakes.ts';
import { styles } from './styles.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });
const plain = readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', 'app.ts'), 'utf8');
const byHand = readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', 'app.manual.ts'), 'utf8');

const ROUTE = 'response.send(String(doRoll()));';
const ROLL = app.slice(app.indexOf('function doRoll'), app.indexOf('app.listen'));
/** Replaces the function doRoll, and the route's answer if there is one. */
const rolling = (code: string, answer = ROUTE) => changed([ROLL, `${code}\n\n`], [ROUTE, answer]);

/** Code of a right solution that calls startSpan with options, on a tracer with another name than in the step. */
const startSpan = edited(
  plain,
  ['import express', "import * as otel from '@opentelemetry/api';\nimport express"],
  [
    'return Math.floor(Math.random() * 6) + 1;',
    `const value = Math.floor(Math.random() * 6) + 1;
  const tracer = otel.trace.getTracer('me', '1.0.0');
  tracer.startSpan('do_roll', { attributes: { 'roll.value': value, lucky: value === 6 } }).end();
  return value;`,
  ],
);

const right: Solution[] = [
  { name: "the step's own solution", right: true, chance: true },
  { name: 'startSpan with all attributes as options', right: true, files: { 'app.ts': startSpan } },
  {
    name: 'a span by hand in addition to the spans of the libraries',
    right: true,
    files: { 'settings.env': 'INSTRUMENTATION=auto' },
  },
  { name: 'a span by hand as a child of a SERVER span by hand', right: true, files: { 'app.ts': byHand } },
  {
    name: 'another service name',
    right: true,
    files: { 'settings.env': 'OTEL_SERVICE_NAME=my-dice\nINSTRUMENTATION=manual' },
  },
  {
    name: 'another service name, among the resource attributes, at auto',
    right: true,
    files: {
      'app.ts': `${app}\n`,
      'settings.env': 'INSTRUMENTATION=auto\nOTEL_SERVICE_NAME=\nOTEL_RESOURCE_ATTRIBUTES=service.name=my-dice',
    },
  },
  {
    name: 'a batch processor that sends every 10 s',
    right: true,
    files: { 'collector.yaml': 'processors: {"batch": {timeout: 10s}}\n' },
  },
  { name: 'a roll in JSON', right: true, ...changed([ROUTE, 'response.json({ roll: doRoll() });']) },
  { name: 'a roll in a sentence', right: true, ...changed([ROUTE, 'response.send(`You rolled a ${doRoll()}!`);']) },
  { name: 'a roll in a list', right: true, ...changed([ROUTE, 'response.send(JSON.stringify([doRoll()]));']) },
  {
    name: 'a roll in JSON with other numbers',
    right: true,
    ...changed([ROUTE, 'hits += 1;\n  response.json({ visit: hits, sides: 6, roll: doRoll() });']),
  },
  {
    name: 'an asynchronous doRoll that takes a while',
    right: true,
    ...rolling(
      `async function doRoll(): Promise<number> {
  return tracer.startActiveSpan('do_roll', async (span) => {
    try {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const value = 1 + Math.floor(Math.random() * 6);
      span.setAttribute('roll.value', value);
      return value;
    } finally {
      span.end();
    }
  });
}`,
      'void doRoll().then((roll) => response.send(String(roll)));',
    ),
  },
  {
    name: 'a class that rolls, and a helper that ends the span',
    right: true,
    files: {
      'app.ts': edited(
        app,
        ["import { trace } from '@opentelemetry/api';", "import { trace, type Span } from '@opentelemetry/api';"],
        [
          ROLL,
          `const inSpan = <T>(name: string, work: (span: Span) => T): T =>
  tracer.startActiveSpan(name, (span) => {
    const result = work(span);
    span.end();
    return result;
  });

class Die {
  readonly #sides = 6;
  roll(): number {
    return inSpan('do_roll', (span) => {
      const value = 1 + Math.floor(Math.random() * this.#sides);
      span.setAttributes({ 'roll.value': value, 'roll.lucky': value > 3 });
      return value;
    });
  }
}
const die = new Die();
const doRoll = () => die.roll();

`,
        ],
      ),
    },
  },
  {
    name: 'an event in addition, as a log record within the span',
    right: true,
    ...changed(
      ["import { trace } from '@opentelemetry/api';", "import { logs, trace } from '@opentelemetry/api';"],
      [
        '    rollSpan.end();',
        "    logs.getLogger('dice').emit({ eventName: 'rolled', attributes: { 'roll.value': result } });\n" +
          '    rollSpan.end();',
      ],
    ),
  },
  {
    name: 'spans that leave only every three seconds',
    right: true,
    files: { 'settings.env': 'INSTRUMENTATION=manual\nOTEL_BSP_SCHEDULE_DELAY=3000' },
  },
];

const wrong: Solution[] = [
  {
    name: 'code that makes no span',
    right: false,
    finding: 'code/no-span-started',
    hop: 'pod',
    says: /has started no span/,
    files: { 'app.ts': plain },
  },
  {
    name: 'spans of the libraries, but no span by hand',
    right: false,
    finding: '06-manual/no-span',
    says: /libraries' spans are there/,
    files: { 'app.ts': plain, 'settings.env': 'INSTRUMENTATION=auto' },
  },
  {
    name: 'a span with a wrong name',
    right: false,
    finding: '06-manual/span-name',
    says: /Call it do_roll, not doRoll/,
    ...changed(["'do_roll'", "'doRoll'"]),
  },
  {
    name: 'roll.value as a string',
    right: false,
    finding: '06-manual/value-type',
    says: /string/,
    ...changed(["'roll.value', result", "'roll.value', String(result)"]),
  },
  {
    name: 'roll.value as a number with a fraction',
    right: false,
    finding: '06-manual/value-type',
    says: /double/,
    ...changed(["'roll.value', result", "'roll.value', result + 0.5"]),
  },
  {
    name: 'roll.value as a list',
    right: false,
    finding: '06-manual/value-type',
    says: /the object \[/,
    ...changed(["'roll.value', result", "'roll.value', [result]"]),
  },
  {
    name: 'roll.value as a BigInt, which the SDK rejects',
    right: false,
    finding: '06-manual/no-value',
    says: /a BigInt or an object is no attribute/,
    ...changed(["'roll.value', result", "'roll.value', BigInt(result) as unknown as number"]),
  },
  {
    name: 'a span without roll.value',
    right: false,
    finding: '06-manual/no-value',
    says: /roll.value/,
    ...changed(["    rollSpan.setAttribute('roll.value', result);\n", '']),
  },
  {
    name: 'an attribute with another name',
    right: false,
    finding: '06-manual/value-name',
    says: /the attributes roll_value.*Call it roll\.value, not roll_value/,
    ...changed(["'roll.value', result", "'roll_value', result"]),
  },
  {
    name: 'an attribute that is set after the span has ended',
    right: false,
    finding: '06-manual/no-value',
    says: /before span.end/,
    ...changed([
      "    rollSpan.setAttribute('roll.value', result);\n    rollSpan.end();",
      "    rollSpan.end();\n    rollSpan.setAttribute('roll.value', result);",
    ]),
  },
  {
    name: "a roll.value that differs from dice's answer",
    right: false,
    finding: '06-manual/value',
    says: /where dice answered/,
    ...changed(["'roll.value', result", "'roll.value', result + 6"]),
  },
  {
    name: 'a roll.value from a second roll',
    right: false,
    finding: '06-manual/value',
    chance: true,
    says: /where dice answered.*roll once/,
    ...changed(["'roll.value', result", "'roll.value', Math.floor(Math.random() * 6) + 1"]),
  },
  {
    name: 'a roll.value that is always 6',
    right: false,
    finding: '06-manual/value',
    chance: true,
    says: /roll.value 6 where dice answered/,
    ...changed(["'roll.value', result", "'roll.value', 6"]),
  },
  {
    name: 'a roll.value of the roll before',
    right: false,
    finding: '06-manual/value',
    chance: true,
    says: /where dice answered/,
    ...changed(
      ["'roll.value', result);", "'roll.value', last);\n    last = result;"],
      ['let hits = 0;', 'let hits = 0;\nlet last = 1;'],
    ),
  },
  {
    name: 'a span that ends in every second roll only',
    right: false,
    finding: 'code/never-ended',
    says: /no do_roll for 6 of 12 rolls/,
    ...changed(
      ['    rollSpan.end();\n', '    odd = !odd;\n    if (odd) rollSpan.end();\n'],
      ['let hits = 0;', 'let hits = 0;\nlet odd = false;'],
    ),
  },
  {
    name: 'a span that never ends',
    right: false,
    finding: 'code/never-ended',
    hop: 'pod',
    says: /started spans that never ended: do_roll.*finally/,
    ...changed(['    rollSpan.end();\n', '']),
  },
  {
    name: 'a span that never ends, at auto',
    right: false,
    finding: 'code/never-ended',
    says: /libraries' spans are there.*never ended/,
    files: { 'app.ts': edited(app, ['    rollSpan.end();\n', '']), 'settings.env': 'INSTRUMENTATION=auto' },
  },
  {
    name: 'right code, but INSTRUMENTATION=none',
    right: false,
    finding: 'settings/sdk-off',
    hop: 'pod',
    says: /INSTRUMENTATION is none/,
    files: { 'settings.env': 'INSTRUMENTATION=none' },
  },
  {
    name: 'code that throws an error',
    right: false,
    finding: 'code/throws',
    hop: 'pod',
    says: /status 500/,
    ...changed([
      "rollSpan.setAttribute('roll.value', result);",
      "rollSpan.setAttributes('roll.value', result); throw new Error('no');",
    ]),
  },
  {
    name: 'right code, while Jaeger does not answer',
    right: false,
    finding: 'jaeger/no-answer',
    hop: 'jaeger',
    says: /ECONNREFUSED/,
    lab: { jaeger: 'http://127.0.0.1:1' },
  },
  {
    name: 'an answer without a roll',
    right: false,
    finding: '06-manual/no-number',
    says: /the answer rolled/,
    ...changed([ROUTE, "doRoll();\n  response.send('rolled');"]),
  },
];

export const solutions: Solution[] = [...right, ...styles, ...wrong, ...mistakes];
