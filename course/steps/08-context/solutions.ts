import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';
import { mistakes } from './mistakes.ts';
import { styles } from './styles.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
const broken = readFileSync(join(import.meta.dirname, 'start', 'app.ts'), 'utf8');
const EXTRACT = 'const parent = propagation.extract(context.active(), request.headers);';
const MIDDLEWARE = `const log = pino();
app.use((request, _response, next) => {
  context.with(propagation.extract(context.active(), request.headers), next);
});`;
const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });

/** Code of a right solution that calls startSpan, and reads and writes the traceparent header by hand. */
const byHand = edited(
  broken,
  ['import { SpanStatusCode, trace }', 'import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }'],
  [
    broken.slice(broken.indexOf("app.get('/server_request'"), broken.indexOf('function textFrom')),
    `app.get('/server_request', async (request, response) => {
  const [, traceId = '', spanId = ''] = String(request.headers.traceparent).split('-');
  const caller = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1, isRemote: true });
  const span = tracer.startSpan('GET /server_request', { kind: SpanKind.SERVER }, caller);
  const mine = span.spanContext();
  const prize = await textFrom(prizes, { traceparent: \`00-\${mine.traceId}-\${mine.spanId}-01\` });
  response.send(prize);
  span.end();
});

`,
  ],
);

export const solutions: Solution[] = [
  ...styles,
  ...mistakes,
  { name: "the step's own solution", right: true },
  { name: 'code that reads and writes the traceparent header by hand', right: true, files: { 'app.ts': byHand } },
  {
    name: 'an extra CLIENT span for the request to prizes',
    right: true,
    ...changed([
      '  const headers = {};\n  propagation.inject(context.active(), headers);\n  return textFrom(prizes, headers);',
      '  const headers = {};\n' +
        "  return tracer.startActiveSpan('ask prizes', { kind: SpanKind.CLIENT }, async (span) => {\n" +
        '    propagation.inject(context.active(), headers);\n    try {\n' +
        '      return await textFrom(prizes, headers);\n    } finally {\n      span.end();\n    }\n  });',
    ]),
  },
  {
    name: 'tail_sampling that waits 9 s and keeps every trace',
    right: true,
    files: {
      'collector.yaml':
        'processors: { tail_sampling: { decision_wait: 9s, policies: [{ name: all, type: always_sample }] } }\n' +
        'service: { pipelines: { traces: { processors: [memory_limiter, k8sattributes, tail_sampling, batch] } } }\n',
    },
  },
  {
    name: 'a span called /server_request',
    right: true,
    ...changed(["served('server_request'", "served('/server_request'"]),
  },
  {
    name: 'a span with a name of its own',
    right: true,
    ...changed(["served('server_request'", "served('ask for a prize'"]),
  },
  {
    name: 'another service name',
    right: true,
    files: { 'settings.env': 'INSTRUMENTATION=manual\nOTEL_SERVICE_NAME=my-dice' },
  },
  { name: 'spans of the libraries in addition', right: true, files: { 'settings.env': 'INSTRUMENTATION=auto' } },
  {
    name: 'context.with around startActiveSpan',
    right: true,
    ...changed(
      [
        'return tracer.startActiveSpan(name, options, parent, async (span) => {',
        'return context.with(parent, () => tracer.startActiveSpan(name, options, async (span) => {',
      ],
      ['        span.end();\n      }\n    });\n  };\n}', '        span.end();\n      }\n    }));\n  };\n}'],
    ),
  },
  {
    name: 'startSpan, and the span put into the context by hand',
    right: true,
    ...changed([
      'return tracer.startActiveSpan(name, options, parent, async (span) => {',
      'const span = tracer.startSpan(name, options, parent);\n' +
        '    return context.with(trace.setSpan(parent, span), async () => {',
    ]),
  },
  {
    name: 'a middleware that extracts for every route',
    right: true,
    ...changed(['const log = pino();', MIDDLEWARE], [EXTRACT, 'const parent = context.active();']),
  },
  {
    name: 'a span that never ends',
    right: false,
    finding: 'code/never-ended',
    hop: 'pod',
    says: /started spans that never ended: server_request.*finally/,
    ...changed([
      "        span.setAttribute('http.response.status_code', response.statusCode);\n        span.end();\n",
      "        span.setAttribute('http.response.status_code', response.statusCode);\n",
    ]),
  },
  {
    name: 'a span of kind CLIENT',
    right: false,
    finding: '08-context/kind',
    says: /kind: SpanKind.SERVER/,
    ...changed(['{ kind: SpanKind.SERVER, attributes', '{ kind: SpanKind.CLIENT, attributes']),
  },
  {
    name: "the first caller's context, kept for all requests",
    right: false,
    finding: 'telemetry/none',
    says: /of your own below the caller's span/,
    ...changed(
      [EXTRACT, EXTRACT.replace('= propagation', '= (first ??= propagation').replace(';', ');')],
      ['let hits = 0;', 'let hits = 0;\nlet first: ReturnType<typeof context.active> | undefined;'],
    ),
  },
  {
    name: 'an extracted context that nothing uses',
    right: false,
    finding: '08-context/own-trace',
    says: /in a trace of its own.*third argument/,
    ...changed(['startActiveSpan(name, options, parent, async', 'startActiveSpan(name, options, async']),
  },
  {
    name: 'a call to prizes outside of the span',
    right: false,
    finding: '08-context/not-injected',
    says: /prizes/,
    ...changed(
      [
        'response.send(`served, and a six wins: ${await askPrizes()}`);',
        "response.send('served');\n  setTimeout(() => void context.with(ROOT_CONTEXT, askPrizes), 20);",
      ],
      ['import { context,', 'import { ROOT_CONTEXT, context,'],
    ),
  },
  {
    name: 'a link to the caller instead of a parent',
    right: false,
    finding: '08-context/own-trace',
    says: /trace of its own/,
    ...changed([
      'startActiveSpan(name, options, parent, async',
      'startActiveSpan(name, { ...options, links: [{ context: trace.getSpanContext(parent)! }] }, async',
    ]),
  },
  {
    name: 'the files that the step starts with, unchanged',
    right: false,
    finding: '08-context/own-trace',
    says: /trace of its own|extract/,
    files: { 'app.ts': broken },
  },
  {
    name: 'code that extracts the context but does not inject it',
    right: false,
    finding: '08-context/not-injected',
    says: /inject/,
    ...changed(['  propagation.inject(context.active(), headers);\n', '']),
  },
  {
    name: 'code that injects the context but does not extract it',
    right: false,
    finding: '08-context/own-trace',
    says: /trace of its own/,
    ...changed([
      'const parent = propagation.extract(context.active(), request.headers);',
      'const parent = context.active();',
    ]),
  },
  {
    name: 'a span that lacks the kind SERVER',
    right: false,
    finding: '08-context/kind',
    says: /kind: SpanKind.SERVER/,
    ...changed(['{ kind: SpanKind.SERVER, attributes', '{ attributes']),
  },
  {
    name: "code that injects the caller's context instead of its own",
    right: false,
    finding: '08-context/beside',
    says: /beside yours/,
    ...changed(
      ['await askPrizes()', 'await askPrizes(request)'],
      ['function askPrizes()', 'function askPrizes(request: Request)'],
      [
        'propagation.inject(context.active(), headers)',
        'propagation.inject(propagation.extract(context.active(), request.headers), headers)',
      ],
    ),
  },
  {
    name: 'a span around the request to prizes that never ends',
    right: false,
    finding: 'code/never-ended',
    says: /orphan/,
    ...changed([
      '  const headers = {};\n  propagation.inject(context.active(), headers);\n  return textFrom(prizes, headers);',
      "  const headers = {};\n  return tracer.startActiveSpan('ask prizes', () => {\n" +
        '    propagation.inject(context.active(), headers);\n    return textFrom(prizes, headers);\n  });',
    ]),
  },
  {
    name: 'code that sends no request to prizes',
    right: false,
    finding: '08-context/not-injected',
    says: /span of prizes/,
    ...changed(['${await askPrizes()}', '${prizes}']),
  },
  {
    name: 'spans of the libraries, but no span by hand',
    right: false,
    finding: '08-context/kind',
    says: /of your own/,
    files: {
      'app.ts': edited(broken, [
        "tracer.startActiveSpan('server_request', async (span) => {",
        "tracer.startActiveSpan('ask', async (span) => {",
      ]),
      'settings.env': 'INSTRUMENTATION=auto',
    },
  },
  {
    name: 'a traceparent header with invented ids',
    right: false,
    finding: '08-context/not-injected',
    hop: 'shape',
    ...changed([
      'propagation.inject(context.active(), headers);',
      "Object.assign(headers, { traceparent: '00-5b8aa5a2d2c872e8321cf37308d69df2-051581bf3cb55c13-01' });",
    ]),
  },
  {
    name: 'a route that answers with an error',
    right: false,
    finding: 'pod/error-status',
    hop: 'pod',
    says: /status 500/,
    ...changed(['await handle(request, response);', 'throw new Error("no");']),
  },
];
