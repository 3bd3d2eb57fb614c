import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });
const plain = readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', 'app.ts'), 'utf8');
const byHand = readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', 'app.manual.ts'), 'utf8');

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

export const solutions: Solution[] = [
  { name: "the step's own solution", right: true },
  { name: 'startSpan with all attributes as options', right: true, files: { 'app.ts': startSpan } },
  {
    name: 'a span by hand in addition to the spans of the libraries',
    right: true,
    files: { 'settings.env': 'INSTRUMENTATION=auto' },
  },
  { name: 'a span by hand as a child of a SERVER span by hand', right: true, files: { 'app.ts': byHand } },
  { name: 'code that makes no span', right: false, hop: 'shape', files: { 'app.ts': plain } },
  {
    name: 'spans of the libraries, but no span by hand',
    right: false,
    says: /libraries' spans are there/,
    files: { 'app.ts': plain, 'settings.env': 'INSTRUMENTATION=auto' },
  },
  { name: 'a span with a wrong name', right: false, says: /do_roll/, ...changed(["'do_roll'", "'doRoll'"]) },
  {
    name: 'roll.value as a string',
    right: false,
    says: /string/,
    ...changed(["'roll.value', result", "'roll.value', String(result)"]),
  },
  {
    name: 'roll.value as a number with a fraction',
    right: false,
    says: /double/,
    ...changed(["'roll.value', result", "'roll.value', result + 0.5"]),
  },
  {
    name: 'a span without roll.value',
    right: false,
    says: /roll.value/,
    ...changed(["    rollSpan.setAttribute('roll.value', result);\n", '']),
  },
  {
    name: 'an attribute that is set after the span has ended',
    right: false,
    says: /before span.end/,
    ...changed([
      "    rollSpan.setAttribute('roll.value', result);\n    rollSpan.end();",
      "    rollSpan.end();\n    rollSpan.setAttribute('roll.value', result);",
    ]),
  },
  {
    name: "a roll.value that differs from dice's answer",
    right: false,
    says: /where dice answered/,
    ...changed(["'roll.value', result", "'roll.value', result + 6"]),
  },
  { name: 'a span that never ends', right: false, ...changed(['    rollSpan.end();\n', '']) },
  {
    name: 'right code, but INSTRUMENTATION=none',
    right: false,
    hop: 'pod',
    says: /INSTRUMENTATION is none/,
    files: { 'settings.env': 'INSTRUMENTATION=none' },
  },
  {
    name: 'code that throws an error',
    right: false,
    hop: 'pod',
    ...changed([
      "rollSpan.setAttribute('roll.value', result);",
      "rollSpan.setAttributes('roll.value', result); throw new Error('no');",
    ]),
  },
];
