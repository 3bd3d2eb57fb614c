// Wrong solutions of step 8: mistakes that people make who have read only the step's text.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const app = readFileSync(join(import.meta.dirname, 'files', 'app.ts'), 'utf8');
const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });
const EXTRACT = 'propagation.extract(context.active(), request.headers)';
const INJECT = '  propagation.inject(context.active(), headers);\n';
const START = 'tracer.startActiveSpan(name, options, parent, async (span) => {';

/** The error, without the page around it, its line, and the call that is right. */
const missesContext =
  /status 500: TypeError: context\.getValue is not a function\b.*\.ts, line \d+\)\. Get it by propagation\.extract\(/;

const NO_SPAN = "trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 })";
const INVENTED = "{ ...trace.getSpanContext(parent)!, spanId: 'aaaaaaaaaaaaaaaa' }";

export const mistakes: Solution[] = [
  {
    name: 'extract with the headers alone, as in Python',
    right: false,
    finding: 'code/throws',
    hop: 'pod',
    says: missesContext,
    ...changed([EXTRACT, 'propagation.extract(request.headers)']),
  },
  {
    name: 'extract with its arguments swapped',
    right: false,
    finding: 'code/throws',
    hop: 'pod',
    says: missesContext,
    ...changed([EXTRACT, 'propagation.extract(request.headers, context.active())']),
  },
  {
    name: 'extract without the headers',
    right: false,
    finding: '08-context/own-trace',
    says: /trace of its own.*propagation\.extract\(context\.active\(\), request\.headers\)/,
    ...changed([EXTRACT, 'propagation.extract(context.active())']),
  },
  {
    name: 'inject with the headers alone, as in Python',
    right: false,
    finding: '08-context/not-injected',
    says: /propagation\.inject\(context\.active\(\), headers\)/,
    ...changed([INJECT, '  propagation.inject(headers);\n']),
  },
  {
    name: 'the libraries alone, with a span that is no span',
    right: false,
    finding: '08-context/no-span',
    says: /only dice “.*Call tracer\.startActiveSpan/,
    files: {
      ...changed([START, `context.with(parent, async () => {\n      const span = ${NO_SPAN};`]).files,
      'settings.env': 'INSTRUMENTATION=auto',
    },
  },
  {
    name: 'a parent with an invented id, in the trace of the caller',
    right: false,
    finding: '08-context/other-parent',
    says: /with another parent/,
    ...changed([START, START.replace('parent', `trace.setSpanContext(parent, ${INVENTED})`)]),
  },
  {
    name: 'a traceparent header with the id of the trace, and an invented id of a span',
    right: false,
    finding: '08-context/orphans',
    says: /no orphan.*1: prizes/,
    ...changed([
      INJECT,
      '  const { traceId } = trace.getSpanContext(context.active())!;\n' +
        '  Object.assign(headers, { traceparent: `00-${traceId}-aaaaaaaaaaaaaaaa-01` });\n',
    ]),
  },
  {
    name: 'the context in the place of the options',
    right: false,
    finding: '08-context/own-trace',
    says: /in a trace of its own.*third argument/,
    ...changed([START, 'tracer.startActiveSpan(name, parent as never, async (span) => {']),
  },
  {
    name: 'the headers injected only after the call',
    right: false,
    finding: '08-context/not-injected',
    says: /propagation.inject/,
    ...changed(
      [INJECT, ''],
      [
        'return textFrom(prizes, headers);',
        `const answer = textFrom(prizes, { ...headers });\n${INJECT}  return answer;`,
      ],
    ),
  },
  {
    name: 'the headers injected when the module loads',
    right: false,
    finding: '08-context/not-injected',
    says: /propagation.inject/,
    ...changed(
      [`  const headers = {};\n${INJECT}`, ''],
      ['const app = express();', `const headers = {};\n${INJECT}const app = express();`],
    ),
  },
  {
    name: 'a span that is started but never made the active one',
    right: false,
    finding: '08-context/not-injected',
    says: /propagation.inject|beside yours/,
    ...changed(
      [`return ${START}`, 'const span = tracer.startSpan(name, options, parent);\n    return (async () => {'],
      ['        span.end();\n      }\n    });\n  };\n}', '        span.end();\n      }\n    })();\n  };\n}'],
    ),
  },
  {
    name: 'the kind as an attribute',
    right: false,
    finding: '08-context/kind',
    says: /kind: SpanKind.SERVER/,
    ...changed(['{ kind: SpanKind.SERVER, attributes:', "{ attributes: { 'span.kind': 'server' }, x:"]),
  },
  {
    name: 'a propagator that does not know traceparent',
    right: false,
    finding: 'settings/propagators',
    says: /in a trace of its own.*OTEL_PROPAGATORS is b3, so dice neither reads nor writes the header/,
    files: { 'settings.env': 'INSTRUMENTATION=manual\nOTEL_PROPAGATORS=b3' },
  },
  {
    name: 'prizes asked with the context of the caller, after the span has ended',
    right: false,
    finding: '08-context/beside',
    says: /beside yours/,
    ...changed([
      'await handle(request, response);',
      "response.send('served');\n        setTimeout(() => void context.with(parent, askPrizes), 5);",
    ]),
  },
  {
    name: 'the span around the other routes only',
    right: false,
    finding: 'code/no-span-started',
    ...changed(
      ["served('server_request', async (request, response) => {", 'async (request: Request, response: Response) => {'],
      ['\n}));', '\n});'],
    ),
    hop: 'pod',
    says: /has started no span/,
  },
  {
    name: 'the header under a name of its own',
    right: false,
    finding: '08-context/not-injected',
    says: /propagation.inject/,
    ...changed([
      INJECT,
      '  const set = (carrier: object, key: string, value: string) => {\n' +
        "    Object.assign(carrier, { ['x-' + key]: value });\n  };\n" +
        '  propagation.inject(context.active(), headers, { set });\n',
    ]),
  },
];
