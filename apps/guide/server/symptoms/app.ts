// What dice's last words mean: the errors that end the learner's app.ts before it serves.
import { PORTS } from '../../../../lab/ports.ts';
import { nearest } from '../../../../support/nearest.ts';
import { escaped, explained, lineOf } from './explanation.ts';
import type { Explanation, Symptom } from './explanation.ts';
import { methodAdvice, PROPAGATION } from './methods.ts';

/** Types of the packages in dice. Node removes types before it runs app.ts, so they can't be imported as values. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  express: ['Express', 'Request', 'Response', 'NextFunction', 'Application', 'RequestHandler', 'ErrorRequestHandler'],
  pino: ['Logger', 'LoggerOptions', 'Level', 'Bindings'],
  '@opentelemetry/api': [
    'Span',
    'SpanContext',
    'SpanOptions',
    'SpanStatus',
    'Tracer',
    'TracerProvider',
    'Context',
    'Attributes',
    'AttributeValue',
    'Exception',
    'Link',
    'Baggage',
    'TimeInput',
    'HrTime',
    'Meter',
    'Counter',
    'UpDownCounter',
    'Histogram',
    'Gauge',
    'ObservableGauge',
    'ObservableResult',
    'MetricOptions',
    'Logger',
    'LogRecord',
    'TextMapGetter',
    'TextMapSetter',
  ],
};

/** Values of the API that learners use. */
const VALUES = [
  'trace',
  'context',
  'propagation',
  'metrics',
  'logs',
  'diag',
  'SpanKind',
  'SpanStatusCode',
  'SeverityNumber',
  'ROOT_CONTEXT',
];

const PACKAGES =
  "There are @opentelemetry/api and semantic-conventions, express, pino and Node's own modules. " +
  'No other package can be installed.';
const SDK_STARTS =
  'Take the import out, with all that uses it: dice starts the SDK itself. ' +
  'INSTRUMENTATION and the OTEL_* variables in settings.env choose what it does.';

/** What to do without a package that is not in dice. */
const MISSING: readonly [RegExp, string][] = [
  [/^@opentelemetry\/api-logs$/, "Here it is part of the API: import { logs } from '@opentelemetry/api'."],
  [/^@opentelemetry\/(sdk-|auto-|instrumentation|exporter-|resources|core|context-|propagator-)/, SDK_STARTS],
  [
    /^(node-fetch|axios|got|undici|request|superagent|cross-fetch)$/,
    'fetch(…) is built in: take the import out and call it.',
  ],
  [/^dotenv/, 'Take it out: dice reads settings.env by itself.'],
  [/^body-parser$/, 'Express has it built in: app.use(express.json()).'],
  [/^(winston|bunyan|log4js)$/, "The logger of dice is pino: import pino from 'pino'."],
];

function missingPackage(name: string): Pick<Explanation, 'cause' | 'todo'> {
  const todo = MISSING.find(([pattern]) => pattern.test(name))?.[1] ?? PACKAGES;
  return { cause: `the package ${name} is not in dice`, todo };
}

function missingExport(name: string, from: string): Pick<Explanation, 'cause' | 'todo'> {
  if (TYPES[from]?.includes(name))
    return {
      cause: `${name} is a type, and your code imports it as a value`,
      todo: `Write "type ${name}" in the braces: import { type ${name} } from '${from}'.`,
    };
  if (name === 'default')
    return { cause: `${from} has no default export`, todo: `Name what you need: import { trace } from '${from}'.` };
  if (/(Exporter|Processor|SDK|Provider|Instrumentation|Sampler)$/.test(name))
    return { cause: `${name} is not in ${from}: it belongs to the SDK`, todo: SDK_STARTS };
  const meant = nearest(name, from === '@opentelemetry/api' ? VALUES : (TYPES[from] ?? []));
  return {
    cause: `${from} exports nothing called ${name}`,
    todo:
      meant === undefined ? 'Is the name right? If it is a type, write "type" before it.' : `Did you mean ${meant}?`,
  };
}

const strip = (what: string, todo: string): Symptom['explain'] => {
  return () => ({ cause: `Node runs TypeScript by removing the types, and ${what} is more than a type`, todo });
};

const LISTEN = `Listen on the port in PORT: app.listen(process.env.PORT ?? ${PORTS.http}).`;

/** The table. The first row that matches counts, so special cases come before general ones. */
export const appSymptoms: readonly Symptom[] = [
  {
    pattern: /Named export '(\w+)' not found\. The requested module '([^']+)'/,
    explain: ([, name = '', from = '']) => missingExport(name, from),
  },
  {
    pattern: /The requested module '([^']+)' does not provide an export named '(\w+)'/,
    explain: ([, from = '', name = '']) => missingExport(name, from),
  },
  { pattern: /Cannot find package '([^']+)'/, explain: ([, name = '']) => missingPackage(name) },
  {
    pattern: /Cannot find module '[^']*\/app\/dice\/(?:\.\.[^/']+\/)?([^']+)'/,
    explain: ([, name = '']) => ({
      cause: `there is no file ${name} next to app.ts`,
      todo: /instrument|tracing|otel/.test(name)
        ? SDK_STARTS
        : 'dice is one file: move the code into app.ts, and take the import out.',
    }),
  },
  {
    pattern: /Cannot find module '[^']*\/node_modules\/([^']+)'/,
    explain: ([, path = '']) => ({
      cause: `there is no file ${path} in that package`,
      todo: 'Import the package itself.',
    }),
  },
  {
    pattern: /TypeScript enum is not supported/,
    explain: strip('an enum', "Write an object: const Side = { heads: 'heads', tails: 'tails' } as const."),
  },
  {
    pattern: /TypeScript namespace declaration is not supported/,
    explain: strip('a namespace', 'Write an object, or plain functions.'),
  },
  {
    pattern: /TypeScript parameter property is not supported/,
    explain: strip('a parameter property', 'Declare the field in the class, and assign it in the constructor.'),
  },
  {
    pattern: /TypeScript import equals declaration is not supported/,
    explain: strip('import … = require(…)', "Write import express from 'express'."),
  },
  { pattern: /angle-bracket syntax for type assertions/, explain: strip('<T>value', 'Write value as T.') },
  {
    pattern: /^\s*@\w+[^]*SyntaxError: Invalid or unexpected token/m,
    explain: () => ({ cause: 'Node knows no decorators yet', todo: 'Call a function instead of @…' }),
  },
  {
    pattern: /require is not defined in ES module scope/,
    explain: () => ({
      cause: 'app.ts is an ES module, which has no require',
      todo: "Write import … from '…' at the top.",
    }),
  },
  {
    pattern: /\b(module|exports) is not defined in ES module scope/,
    explain: ([, name = '']) => ({
      cause: `app.ts is an ES module, which has no ${name}`,
      todo: 'Nothing imports app.ts, so take the line out.',
    }),
  },
  {
    pattern: /\b(__dirname|__filename) is not defined/,
    explain: ([, name = '']) => ({
      cause: `app.ts is an ES module, which has no ${name}`,
      todo: 'Write import.meta.dirname or import.meta.filename.',
    }),
  },
  { pattern: /listen EADDRINUSE[^\n]*:(\d+)/, explain: ([, port = '']) => portInUse(Number(port)) },
  {
    pattern: /listen EACCES[^]*?:(\d+)/,
    explain: ([, port = '']) => ({
      cause: `dice may not listen on port ${port}: ports below 1024 need root`,
      todo: LISTEN,
    }),
  },
  {
    pattern: /pathToRegexpError|Missing parameter name at/,
    explain: () => ({
      cause: 'Express 5 reads that path in another way than Express 4',
      todo: "A wildcard needs a name: '/*rest' instead of '*'. An optional part is '{/:id}' instead of '/:id?'.",
    }),
  },
  {
    pattern: /requires a middleware function|argument handler must be a function/,
    explain: () => ({
      cause: 'Express expects a function there, and found something else',
      todo: 'Is the handler defined above, and given without calling it: app.get(path, handler)?',
    }),
  },
  {
    pattern: /Cannot access '(\w+)' before initialization/,
    explain: ([, name = '']) => ({
      cause: `${name} is used above the line that defines it`,
      todo: `Move "const ${name} = …" up.`,
    }),
  },
  {
    pattern: /Assignment to constant variable/,
    explain: () => ({ cause: 'a const can be assigned only once', todo: 'Declare it with let.' }),
  },
  {
    pattern: /Identifier '(\w+)' has already been declared/,
    explain: ([, name = '']) => ({
      cause: `${name} is declared twice`,
      todo: 'Take one of the two out, or rename it.',
    }),
  },
  {
    pattern: /await is only valid in async functions|await isn't allowed in non-async function/,
    explain: () => ({
      cause: 'await stands in a function that is not async',
      todo: 'Write async before that function.',
    }),
  },
  {
    pattern: /Maximum call stack size exceeded/,
    explain: () => ({
      cause: 'a function calls itself without end',
      todo: 'Does it call itself where it means another?',
    }),
  },
  { pattern: /ReferenceError: (\w+) is not defined/, explain: ([, name = '']) => undefinedName(name) },
  {
    // The SDK calls these methods of the context that it is given.
    pattern: /(?:context|parent)\.(?:getValue|setValue|deleteValue) is not a function/i,
    explain: () => ({
      cause: 'something else is given where a Context belongs',
      todo:
        `Get it by ${PROPAGATION['extract']}, with both arguments in this order, and give it as the third ` +
        'argument: startActiveSpan(name, options, context, fn).',
    }),
  },
  {
    pattern: /TypeError: (?:(.*)\.)?(\w+) is not a function/,
    explain: ([, receiver = '', name = '']) => ({
      cause: `there is no function ${name} there`,
      todo: methodAdvice(receiver, name),
    }),
  },
  {
    pattern: /Cannot read properties of (undefined|null) \(reading '(\w+)'\)/,
    explain: ([, nothing = '', name = '']) => ({
      cause: `what stands before .${name} is ${nothing}`,
      todo: 'Print it with log.info(…) to see which part is missing.',
    }),
  },
  {
    pattern: /TypeError: fetch failed/,
    explain: () => ({
      cause: 'a request of your code found nobody at its address',
      todo: 'Is the URL right? Catch the error if dice should start without an answer.',
    }),
  },
  {
    pattern: /^(?:from [\w.]+ import |def \w+\(|print\(|import \w+$)/m,
    explain: () => ({
      cause: 'that is Python, and app.ts is TypeScript',
      todo: 'The Python of the deck is for flask only.',
    }),
  },
];

/** The ports that dice itself opens in its pod, and what for. The second is the default of the SDK. */
const TAKEN = new Map<number, string>([
  [PORTS.health, 'dice answers health checks there'],
  [9464, 'the metrics exporter prometheus answers there'],
]);

function portInUse(port: number): Pick<Explanation, 'cause' | 'todo'> {
  const user = TAKEN.get(port);
  return user === undefined
    ? { cause: `a server of your code listens there already, on port ${port}`, todo: 'Call app.listen(…) only once.' }
    : { cause: `port ${port} is in use: ${user}`, todo: LISTEN };
}

function undefinedName(name: string): Pick<Explanation, 'cause' | 'todo'> {
  const cause = `${name} is not defined`;
  if (VALUES.includes(name)) return { cause, todo: `Import it: import { ${name} } from '@opentelemetry/api'.` };
  const call = PROPAGATION[name];
  if (call !== undefined) return { cause, todo: `Write ${call}.` };
  if (name === 'tracer') return { cause, todo: "Acquire it at the top: const tracer = trace.getTracer('dice')." };
  if (name === 'meter') return { cause, todo: "Acquire it at the top: const meter = metrics.getMeter('dice')." };
  return { cause, todo: 'Is it imported or declared, and spelt the same in both places?' };
}

/**
 * Returns what an error in app.ts means, or undefined if the table doesn't know it.
 * @param words what dice or Node printed, from the start of the error
 * @param source the text of app.ts, in which the line is searched if the error doesn't name one
 */
export function explainApp(words: readonly string[], source = ''): Explanation | undefined {
  const text = words.join('\n');
  const meaning = explained(appSymptoms, text);
  if (meaning === undefined) return undefined;
  return { file: 'app.ts', ...lineIn(text, source), ...meaning };
}

function lineIn(text: string, source: string): { line?: number } {
  const line = Number(/\/app\/dice\/(?:\.\.[^/]+\/)?app\.ts:(\d+)/.exec(text)?.[1]);
  if (line) return { line };
  const imported = /Cannot find (?:package|module) '(?:[^']*\/(?=[^/']+'))?([^']+)'/.exec(text)?.[1];
  if (imported !== undefined) return lineOf(source, new RegExp(`['"][^'"]*${escaped(imported)}`));
  if (/listen E\w+/.test(text)) return lineOf(source, /\.listen\(/);
  const path = /Missing parameter name at (?:index )?\d+: (\S+?);?(\s|$)/.exec(text)?.[1];
  return path === undefined ? {} : lineOf(source, new RegExp(`['"]${escaped(path)}['"]`));
}
