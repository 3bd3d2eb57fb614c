import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../../../../../support/paths.ts';
import { collectDeclarations } from './declarations.ts';
import { Language } from './language.ts';
import type { Mistake } from './messages.ts';
import { PACKAGES } from './packages.ts';

const language = new Language(collectDeclarations(repoRoot));

const api = "import { context, SpanStatusCode, trace } from '@opentelemetry/api';\n";
const tracer = `${api}const tracer = trace.getTracer('dice');\n`;
const handler = `import express from 'express';\n${tracer}const app = express();\n`;

/** The line of a mistake, whether dice can't start, and the words. */
const asRow = (text: string, { from, message, stops }: Mistake): [number, boolean, string] => [
  text.slice(0, from).split('\n').length,
  stops,
  message,
];

const mistakesIn = (text: string) => language.check(text).map((one) => asRow(text, one));

/** What is wrong, a text, the line of the mistake, whether it stops the program, and the words. */
type Row = [string, string, number, boolean, string];

describe('typical mistakes: marks the line and says what to do', () => {
  const onlyTypes = 'Node only removes types';
  test.each<Row>([
    [
      'a type imported as a value',
      "import express, { Express } from 'express';\nconst app: Express = express();\n",
      1,
      true,
      "Express is a type: use `import type`, as in `import type { Express } from 'express'`.",
    ],
    ['an enum', `${api}enum Level { low, high }\n`, 2, true, `${onlyTypes}, and an enum is code: write \`const Name`],
    [
      'a namespace',
      'namespace Dice {\n  export const sides = 6;\n}\n',
      1,
      true,
      `${onlyTypes}, and a namespace is code`,
    ],
    [
      'a parameter property',
      'class Die {\n  constructor(private sides: number) {}\n}\n',
      2,
      true,
      `${onlyTypes}, and this parameter would also make a field`,
    ],
    [
      'require',
      "\nconst express = require('express');\n",
      2,
      true,
      "has no `require`: write `import name from 'package'`",
    ],
    [
      'a package that the image lacks',
      "import axios from 'axios';\n",
      1,
      true,
      'has no package axios. It has @opentelemetry/api,',
    ],
    [
      'a forgotten import',
      "const a = 1;\nconst tracer = trace.getTracer('dice');\n",
      2,
      false,
      "trace is not imported: write `import { trace } from '@opentelemetry/api'` at the top.",
    ],
    [
      'a span that may be missing',
      `${api}\ntrace.getActiveSpan().setAttribute('a', 1);\n`,
      3,
      false,
      'No span may be active here, and then this is undefined: write `?.`',
    ],
    [
      'a status without an object',
      `${tracer}const span = tracer.startSpan('a');\nspan.setStatus(SpanStatusCode.ERROR);\nspan.end();\n`,
      4,
      false,
      'setStatus takes an object: write `setStatus({ code: SpanStatusCode.ERROR',
    ],
    [
      'attributes that are no object',
      `${tracer}const span = tracer.startSpan('a');\nspan.setAttributes('user', 1);\nspan.end();\n`,
      4,
      false,
      'setAttributes takes an object of names and values',
    ],
    [
      'an attribute without a value',
      `${tracer}const span = tracer.startSpan('a');\nspan.setAttribute('user');\nspan.end();\n`,
      4,
      false,
      'setAttribute takes a name and a value',
    ],
    [
      'a span that nothing ends',
      `${handler}app.get('/', (request, response) => {\n  const span = tracer.startSpan('work');\n` +
        "  span.setAttribute('a', 1);\n  response.send('ok');\n});\n",
      6,
      false,
      'Nothing ends this span, so it is never sent: call `span.end()`',
    ],
    [
      'an active span that nothing ends',
      `${tracer}export const roll = () =>\n  tracer.startActiveSpan('roll', (span) => {\n    return 4;\n  });\n`,
      4,
      false,
      'Nothing ends this span',
    ],
    [
      'startActiveSpan without a function',
      `${tracer}const span = tracer.startActiveSpan('roll');\n`,
      3,
      false,
      'startActiveSpan takes a name and a function',
    ],
    [
      'a method that a span lacks',
      `${tracer}const span = tracer.startSpan('a');\nspan.setAtribute('a', 1);\nspan.end();\n`,
      4,
      false,
      "Did you mean 'setAttribute'?",
    ],
    ['a tracer without a name', `${api}const tracer = trace.getTracer();\n`, 2, false, 'A tracer has a name'],
    [
      'await in a function that is not async',
      `${handler}app.get('/', (request, response) => {\n  await fetch('http://prizes');\n});\n`,
      6,
      true,
      'write `async` before the function',
    ],
    [
      'the Request of fetch instead of that of Express',
      `${api}export function path(request: Request) {\n  return request.query;\n}\n`,
      3,
      false,
      "This Request is the one of fetch. If you mean Express's, write `import type { Request } from 'express'`",
    ],
    ['a missing bracket', "const a = [1, 2;\nconst b = 'x';\n", 1, true, "',' expected."],
    ['a decorator', 'class Die {\n  @logged roll() {}\n}\nfunction logged() {}\n', 2, true, 'Node has no decorators'],
  ])('%s', (...[, text, line, stops, words]) => {
    const found = mistakesIn(text);
    expect(found).toEqual([[line, stops, expect.stringContaining(words)]]);
  });
});

test.each(['app.ts', 'app.manual.ts'])("finds no mistake in the lab's own %s", (name) => {
  expect(mistakesIn(readFileSync(join(repoRoot, 'apps', 'dice', name), 'utf8'))).toEqual([]);
});

test('takes a span for ended if it is ended in a chain, in a callback, or passed on', () => {
  const uses = [
    "span.setAttribute('a', 1).end();",
    'setTimeout(() => span.end());',
    'finish(span);',
    'held.push(span);',
    'last = { span };',
  ];
  for (const use of uses)
    expect(
      mistakesIn(`${tracer}let last; const held = []; const finish = (one) => one.end();
const span = tracer.startSpan('a');\n${use}\n`),
    ).toEqual([]);
});

const labelsAt = (text: string) => {
  const at = text.indexOf('|');
  return language.suggest(text.replace('|', ''), at)?.items.map(({ label }) => label) ?? [];
};

test("offers the methods of the API's span after a dot", () => {
  const labels = labelsAt(`${tracer}tracer.startActiveSpan('a', (span) => { span.| });`);
  expect(labels).toEqual(
    expect.arrayContaining([
      'addEvent',
      'addLink',
      'end',
      'recordException',
      'setAttribute',
      'setStatus',
      'updateName',
    ]),
  );
});

test('offers the members of Express, pino, Node and the semantic conventions', () => {
  expect(labelsAt("import express from 'express';\nexpress().|")).toEqual(
    expect.arrayContaining(['get', 'listen', 'use']),
  );
  expect(labelsAt("import pino from 'pino';\npino().|")).toEqual(expect.arrayContaining(['child', 'info', 'warn']));
  expect(labelsAt("import { get } from 'node:http';\nprocess.|")).toEqual(expect.arrayContaining(['env', 'exit']));
  expect(labelsAt("import { ATTR_HTTP_| } from '@opentelemetry/semantic-conventions';")).toContain(
    'ATTR_HTTP_RESPONSE_STATUS_CODE',
  );
  expect(labelsAt("import {} from '@opentelemetry/|';")).toContain('api');
});

test('writes ?. where a span may be missing', () => {
  const text = `${api}trace.getActiveSpan().`;
  const end = language.suggest(text, text.length)?.items.find(({ label }) => label === 'end');
  expect(end?.insert).toEqual({ text: '?.end', from: text.length - 1 });
});

test('explains a name, and describes a suggestion, with the documentation', () => {
  const text = `${tracer}tracer.startSpan('a').end();`;
  const shown = language.explain(text, text.indexOf('startSpan') + 2);
  expect(shown?.code).toMatch(/^\(method\) Tracer\.startSpan\(name: string/);
  expect(shown?.text.join(' ')).toMatch(/Starts a new .*Span/);
  const described = language.describe(text, text.indexOf('.end') + 1, 'setAttribute');
  expect(described?.text.join(' ')).toContain('attribute');
});

test('answers questions about any text, and at most so much of it', () => {
  const long = Array.from({ length: 200 }, (_, index) => `nothing${index};`).join('\n');
  expect(language.check(long)).toHaveLength(50);
  for (const text of ['', '\0', '}'.repeat(100), '`${', "import '"]) {
    expect(Array.isArray(language.check(text))).toBe(true);
    expect(() => [language.suggest(text, text.length), language.explain(text, 0)]).not.toThrow();
  }
});

test("has the types of every package that the image has for learners' code", () => {
  for (const name of PACKAGES) expect(mistakesIn(`import * as all from '${name}';\nexport { all };\n`)).toEqual([]);
});
