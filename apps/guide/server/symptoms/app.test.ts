import { explainApp } from './app.ts';

const at = (line: number): string => `    at /app/dice/app.ts:${line}:17`;
const failed = "dice can't start: its code /app/dice/app.ts has an error.";
const notFound = (what: string): string[] => [
  failed,
  `Error [ERR_MODULE_NOT_FOUND]: Cannot find ${what} imported from /app/dice/app.ts`,
];
const untyped = (what: string): string[] => [
  failed,
  '/app/dice/app.ts:4',
  `SyntaxError [ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX]: TypeScript ${what} is not supported in strip-only mode`,
];
const noExport = (name: string): string[] => [
  failed,
  '/app/dice/app.ts:1',
  `SyntaxError: The requested module '@opentelemetry/api' does not provide an export named '${name}'`,
];
const thrown = (error: string): string[] => [failed, error, at(7)];

interface Row {
  readonly words: string[];
  readonly source?: string;
  readonly line?: number;
  readonly cause: RegExp;
  readonly todo: RegExp;
}

/** The texts are those of Node 24, Express 5 and the OpenTelemetry API 1.10. */
const rows: Record<string, Row> = {
  'the type Express imported as a value': {
    words: [
      failed,
      '/app/dice/app.ts:1',
      "import express, { Express } from 'express';",
      "SyntaxError: Named export 'Express' not found. The requested module 'express' is a CommonJS module, which may",
    ],
    line: 1,
    cause: /Express is a type, and your code imports it as a value/,
    todo: /import \{ type Express \} from 'express'/,
  },
  'the type Span imported as a value': { words: noExport('Span'), line: 1, cause: /Span is a type/, todo: /type Span/ },
  'a class of the SDK in the API': {
    words: noExport('ConsoleSpanExporter'),
    line: 1,
    cause: /belongs to the SDK/,
    todo: /INSTRUMENTATION/,
  },
  'a default import of the API': {
    words: noExport('default'),
    line: 1,
    cause: /no default export/,
    todo: /\{ trace \}/,
  },
  'a misspelt import of the API': {
    words: noExport('tracer'),
    line: 1,
    cause: /nothing called tracer/,
    todo: /mean trace\?/,
  },
  'the package sdk-node': {
    words: notFound("package '@opentelemetry/sdk-node'"),
    source: "import express from 'express';\nimport { NodeSDK } from '@opentelemetry/sdk-node';\n",
    line: 2,
    cause: /package @opentelemetry\/sdk-node is not in dice/,
    todo: /dice starts the SDK itself.*INSTRUMENTATION/,
  },
  'the package sdk-trace-base': {
    words: notFound("package '@opentelemetry/sdk-trace-base'"),
    source: "import { X } from '@opentelemetry/sdk-trace-base';",
    line: 1,
    cause: /sdk-trace-base is not in dice/,
    todo: /starts the SDK itself/,
  },
  'the package api-logs': {
    words: notFound("package '@opentelemetry/api-logs'"),
    cause: /api-logs/,
    todo: /\{ logs \} from '@opentelemetry\/api'/,
  },
  'the package node-fetch': {
    words: notFound("package 'node-fetch'"),
    source: "import fetch from 'node-fetch';",
    line: 1,
    cause: /node-fetch is not in dice/,
    todo: /built in/,
  },
  'the package dotenv': { words: notFound("package 'dotenv'"), cause: /dotenv/, todo: /reads settings\.env by itself/ },
  'the package winston': { words: notFound("package 'winston'"), cause: /winston/, todo: /pino/ },
  'any other package': {
    words: notFound("package 'lodash'"),
    cause: /lodash/,
    todo: /@opentelemetry\/api and semantic-conventions, express, pino/,
  },
  'a second file of the SDK': {
    words: notFound("module '/app/dice/..2026_11_22_16_00_00.123/instrumentation.ts'"),
    source: "import './instrumentation.ts';",
    line: 1,
    cause: /no file instrumentation\.ts next to app\.ts/,
    todo: /INSTRUMENTATION/,
  },
  'a second file': { words: notFound("module '/app/dice/dice.js'"), cause: /no file dice\.js/, todo: /into app\.ts/ },
  'an enum': {
    words: untyped('enum'),
    line: 4,
    cause: /removing the types, and an enum is more than a type/,
    todo: /as const/,
  },
  'a namespace': { words: untyped('namespace declaration'), line: 4, cause: /a namespace/, todo: /plain functions/ },
  'a parameter property': {
    words: untyped('parameter property'),
    line: 4,
    cause: /parameter property/,
    todo: /constructor/,
  },
  'import = require': {
    words: untyped('import equals declaration'),
    line: 4,
    cause: /require/,
    todo: /import express from/,
  },
  'an old type assertion': {
    words: [
      failed,
      '/app/dice/app.ts:1',
      'SyntaxError: The angle-bracket syntax for type assertions, `<T>expr`, is not supported',
    ],
    line: 1,
    cause: /<T>value/,
    todo: /value as T/,
  },
  'a decorator': {
    words: ['file:///app/dice/app.ts:3', '@sealed', '^', '', 'SyntaxError: Invalid or unexpected token'],
    line: 3,
    cause: /decorators/,
    todo: /Call a function/,
  },
  require: {
    words: thrown('ReferenceError: require is not defined in ES module scope, you can use import instead'),
    line: 7,
    cause: /has no require/,
    todo: /import … from/,
  },
  'module.exports': {
    words: thrown('ReferenceError: module is not defined in ES module scope'),
    line: 7,
    cause: /has no module/,
    todo: /take the line out/,
  },
  __dirname: {
    words: thrown('ReferenceError: __dirname is not defined in ES module scope'),
    line: 7,
    cause: /no __dirname/,
    todo: /import\.meta\.dirname/,
  },
  'a second listen': {
    words: [
      'node:events:505',
      'Error: listen EADDRINUSE: address already in use :::8080',
      '    at file:///app/dice/app.ts:3:35',
    ],
    line: 3,
    cause: /listens there already/,
    todo: /only once/,
  },
  'the port of the health checks': {
    words: ['node:events:505', 'Error: listen EADDRINUSE: address already in use :::8081', at(3)],
    line: 3,
    cause: /port 8081 is in use/,
    todo: /process\.env\.PORT/,
  },
  'the port of the metrics exporter prometheus': {
    words: ['node:events:505', 'Error: listen EADDRINUSE: address already in use 10.244.0.9:9464'],
    source: "app.get('/', home);\napp.listen(9464);",
    line: 2,
    cause: /port 9464 is in use: the metrics exporter prometheus/,
    todo: /process\.env\.PORT/,
  },
  'a port below 1024': {
    words: thrown('Error: listen EACCES: permission denied 0.0.0.0:80'),
    line: 7,
    cause: /port 80:/,
    todo: /PORT/,
  },
  'a path of Express 4': {
    words: [
      failed,
      'TypeError: Missing parameter name at index 1: *; visit https://git.new/pathToRegexpError for info',
    ],
    source: "import express from 'express';\nconst app = express();\napp.get('*', () => {});\n",
    line: 3,
    cause: /Express 5/,
    todo: /'\/\*rest'/,
  },
  'a missing handler': {
    words: thrown('TypeError: app.use() requires a middleware function'),
    line: 7,
    cause: /expects a function/,
    todo: /without calling it/,
  },
  'a const before its line': {
    words: thrown("ReferenceError: Cannot access 'tracer' before initialization"),
    line: 7,
    cause: /tracer is used above/,
    todo: /Move "const tracer/,
  },
  'an assignment to a const': {
    words: thrown('TypeError: Assignment to constant variable.'),
    line: 7,
    cause: /const/,
    todo: /let/,
  },
  'a name that is declared twice': {
    words: ['file:///app/dice/app.ts:2', "SyntaxError: Identifier 'a' has already been declared"],
    line: 2,
    cause: /a is declared twice/,
    todo: /rename/,
  },
  'await outside of async': {
    words: ['/app/dice/app.ts:2', 'SyntaxError: await is only valid in async functions'],
    line: 2,
    cause: /not async/,
    todo: /Write async/,
  },
  'endless recursion': {
    words: thrown('RangeError: Maximum call stack size exceeded'),
    line: 7,
    cause: /calls itself/,
    todo: /another/,
  },
  'a missing import of trace': {
    words: thrown('ReferenceError: trace is not defined'),
    line: 7,
    cause: /trace is not defined/,
    todo: /import \{ trace \}/,
  },
  'a missing tracer': {
    words: thrown('ReferenceError: tracer is not defined'),
    line: 7,
    cause: /tracer/,
    todo: /trace\.getTracer/,
  },
  'a missing meter': {
    words: thrown('ReferenceError: meter is not defined'),
    line: 7,
    cause: /meter/,
    todo: /metrics\.getMeter/,
  },
  'extract as in Python': {
    words: thrown('ReferenceError: extract is not defined'),
    line: 7,
    cause: /extract is not defined/,
    todo: /propagation\.extract\(context\.active\(\), request\.headers\)/,
  },
  'set_attribute as in Python': {
    words: thrown('TypeError: span.set_attribute is not a function'),
    line: 7,
    cause: /no function set_attribute/,
    todo: /mean setAttribute\?/,
  },
  'inject as in Python': {
    words: thrown('ReferenceError: inject is not defined'),
    line: 7,
    cause: /inject is not defined/,
    todo: /propagation\.inject\(context\.active\(\), headers\)/,
  },
  'extract of another object': {
    words: thrown('TypeError: context.extract is not a function'),
    line: 7,
    cause: /no function extract/,
    todo: /^Write propagation\.extract\(context\.active\(\), request\.headers\)\.$/,
  },
  'propagation.extract with the headers alone': {
    words: thrown('TypeError: context.getValue is not a function'),
    line: 7,
    cause: /where a Context belongs/,
    todo: /^Get it by propagation\.extract\(context\.active\(\), request\.headers\), with both arguments/,
  },
  'the arguments of startActiveSpan in another order': {
    words: thrown('TypeError: context.getValue is not a function'),
    line: 7,
    cause: /where a Context belongs/,
    todo: /startActiveSpan\(name, options, context, fn\)/,
  },
  'any other missing name': {
    words: thrown('ReferenceError: nope is not defined'),
    line: 7,
    cause: /nope is not defined/,
    todo: /imported or declared/,
  },
  'a misspelt method of a span': {
    words: thrown('TypeError: span.setAtribute is not a function'),
    line: 7,
    cause: /no function setAtribute/,
    todo: /mean setAttribute\?/,
  },
  'a misspelt method of Math': {
    words: thrown('TypeError: Math.flor is not a function'),
    line: 7,
    cause: /no function flor/,
    todo: /^Did you mean Math\.floor\?$/,
  },
  'a misspelt method of what a call gives back': {
    words: thrown('TypeError: trace.getTracer(...).startActivSpan is not a function'),
    line: 7,
    cause: /no function startActivSpan/,
    todo: /mean startActiveSpan\?/,
  },
  'a property of nothing': {
    words: thrown("TypeError: Cannot read properties of undefined (reading 'end')"),
    line: 7,
    cause: /before \.end is undefined/,
    todo: /Print it/,
  },
  'a request at the start that fails': {
    words: thrown('TypeError: fetch failed'),
    line: 7,
    cause: /found nobody/,
    todo: /URL/,
  },
  'Python code': {
    words: [
      failed,
      '/app/dice/app.ts:1',
      'from flask import Flask',
      '     ^^^^^',
      "SyntaxError [ERR_INVALID_TYPESCRIPT_SYNTAX]: Expected ';'",
    ],
    line: 1,
    cause: /Python/,
    todo: /flask only/,
  },
};

test.each(Object.entries(rows))(
  'explains %s in app.ts, with its line',
  (_what, { words, source, line, cause, todo }) => {
    const found = explainApp(words, source);
    expect(found).toMatchObject({ file: 'app.ts', cause: expect.stringMatching(cause) as string });
    expect(found?.todo).toMatch(todo);
    expect(found?.line).toBe(line);
  },
);

test('explains nothing about an error that it does not know', () => {
  expect(explainApp(thrown('Error: no dice today'))).toBeUndefined();
});
