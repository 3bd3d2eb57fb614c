import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });
const plain = readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', 'app.ts'), 'utf8');
const byHand = readFileSync(join(import.meta.dirname, '..', '..', '..', 'apps', 'dice', 'app.manual.ts'), 'utf8');

/** With startSpan, options, and another tracer. */
const startSpan = edited(
  plain,
  ['import express', "import * as otel from '@opentelemetry/api';\nimport express"],
  [
    'return Math.floor(Math.random() * 6) + 1;',
    `const value = Math.floor(Math.random() * 6) + 1;
  otel.trace.getTracer('me', '1.0.0').startSpan('do_roll', { attributes: { 'roll.value': value, lucky: value === 6 } }).end();
  return value;`,
  ],
);

export const solutions: Solution[] = [
  { name: 'as the step says', right: true },
  { name: 'startSpan, with its attributes at once', right: true, files: { 'app.ts': startSpan } },
  { name: 'beside the libraries', right: true, files: { 'settings.env': 'INSTRUMENTATION=auto' } },
  { name: 'within a SERVER span', right: true, files: { 'app.ts': byHand } },
  { name: 'no span', right: false, hop: 'shape', files: { 'app.ts': plain } },
  {
    name: "no span, but the libraries'",
    right: false,
    says: /libraries' spans are there/,
    files: { 'app.ts': plain, 'settings.env': 'INSTRUMENTATION=auto' },
  },
  { name: 'a span of another name', right: false, says: /do_roll/, ...changed(["'do_roll'", "'doRoll'"]) },
  {
    name: 'a text for a number',
    right: false,
    says: /string/,
    ...changed(["'roll.value', result", "'roll.value', String(result)"]),
  },
  {
    name: 'a number that is no integer',
    right: false,
    says: /double/,
    ...changed(["'roll.value', result", "'roll.value', result + 0.5"]),
  },
  {
    name: 'no attribute',
    right: false,
    says: /roll.value/,
    ...changed(["    rollSpan.setAttribute('roll.value', result);\n", '']),
  },
  {
    name: 'an attribute that comes too late',
    right: false,
    says: /before span.end/,
    ...changed([
      "    rollSpan.setAttribute('roll.value', result);\n    rollSpan.end();",
      "    rollSpan.end();\n    rollSpan.setAttribute('roll.value', result);",
    ]),
  },
  {
    name: 'another roll than the one that was answered',
    right: false,
    says: /that dice answered/,
    ...changed(["'roll.value', result", "'roll.value', result + 6"]),
  },
  { name: 'a span that is never ended', right: false, ...changed(['    rollSpan.end();\n', '']) },
  {
    name: 'the code is right, but INSTRUMENTATION is none',
    right: false,
    hop: 'pod',
    says: /INSTRUMENTATION is none/,
    files: { 'settings.env': 'INSTRUMENTATION=none' },
  },
  {
    name: 'the code throws',
    right: false,
    hop: 'pod',
    ...changed([
      "rollSpan.setAttribute('roll.value', result);",
      "rollSpan.setAttributes('roll.value', result); throw new Error('no');",
    ]),
  },
];
