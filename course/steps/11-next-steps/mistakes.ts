// Wrong solutions of step 11: mistakes in dice, and a Flask that is off or wrong.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from '../../harness/check-harness.ts';
import type { Solution } from '../../harness/check-harness.ts';

const files = (step: string): string => readFileSync(join(import.meta.dirname, '..', step, 'files', 'app.ts'), 'utf8');
const app = files('11-next-steps');
const changed = (...changes: [string, string][]) => ({ files: { 'app.ts': edited(app, ...changes) } });

const INJECT = '  propagation.inject(context.active(), headers);\n';
const FLASK = '${await textFrom(flask)}';
/** A Flask with something wrong: see course/harness/fake-flask.ts. */
const flask = (path: string) => changed(['$FLASK_URL/rolldice', `$FLASK_URL/${path}/rolldice`]);
const NOWHERE = 'http://intro-otel-flask.invalid';

export const mistakes: Solution[] = [
  {
    name: 'the files of step 9, in which dice asks no Flask',
    right: false,
    finding: '11-next-steps/no-spans',
    says: /spans of dice, guide, prizes.*Does dice ask Flask/,
    files: { 'app.ts': files('09-metrics-and-logs') },
  },
  {
    name: 'a request without the context',
    right: false,
    finding: '11-next-steps/no-spans',
    says: /propagation\.inject\(context\.active\(\), headers\)/,
    ...changed([INJECT, '']),
  },
  {
    name: 'the context injected after the request',
    right: false,
    finding: '11-next-steps/no-spans',
    says: /before it is made/,
    ...changed([INJECT, `  setTimeout(() => {${INJECT}}, 50);\n`]),
  },
  {
    name: 'the context of no span',
    right: false,
    finding: '11-next-steps/no-spans',
    says: /within the span/,
    ...changed(
      [INJECT, INJECT.replace('context.active()', 'ROOT_CONTEXT')],
      ['{\n  context,', '{\n  ROOT_CONTEXT, context,'],
    ),
  },
  {
    name: "the caller's context in place of dice's own",
    right: false,
    finding: '11-next-steps/beside',
    says: /beside those of dice.*context\.active\(\)/,
    ...changed(
      [FLASK, '${await textFrom(flask, propagation.extract(context.active(), request.headers))}'],
      ['function textFrom(url: string)', 'function textFrom(url: string, from = context.active())'],
      [INJECT, INJECT.replace('context.active()', 'from')],
    ),
  },
  {
    name: 'a dice that does not continue the trace of its caller',
    right: false,
    finding: '11-next-steps/own-trace',
    says: /in a trace of its own.*as in step 8/,
    ...changed(['propagation.extract(context.active(), request.headers)', 'context.active()']),
  },
  {
    name: 'a traceparent with the id of the trace, and an invented id of a span',
    right: false,
    finding: '11-next-steps/orphans',
    says: /no orphan.*flask/,
    ...changed([
      INJECT,
      '  const { traceId } = trace.getActiveSpan()!.spanContext();\n' +
        '  Object.assign(headers, { traceparent: `00-${traceId}-aaaaaaaaaaaaaaaa-01` });\n',
    ]),
  },
  {
    name: 'a span around the request that never ends',
    right: false,
    finding: 'code/never-ended',
    says: /no orphan.*never ended: ask/,
    ...changed([FLASK, "${await tracer.startActiveSpan('ask', () => textFrom(flask))}"]),
  },
  {
    name: 'a span of dice that never ends',
    right: false,
    finding: 'code/never-ended',
    says: /spans of dice.*never ended: server_request/,
    ...changed(['response.statusCode);\n        span.end();', 'response.statusCode);']),
  },
  {
    name: 'a propagator that does not know traceparent',
    right: false,
    finding: 'settings/propagators',
    says: /OTEL_PROPAGATORS is b3/,
    files: { 'settings.env': 'INSTRUMENTATION=manual\nOTEL_PROPAGATORS=b3' },
  },
  {
    name: 'an address that does not exist, while Flask is on',
    right: false,
    finding: 'pod/error-status',
    hop: 'pod',
    says: /status 500/,
    ...changed(['$FLASK_URL/rolldice', 'http://127.0.0.1:1/rolldice']),
  },
  {
    name: 'a Flask that is switched off, so that it has no Service',
    right: false,
    finding: '11-next-steps/off',
    hop: 'pod',
    says: /Flask is switched off(\. Hint:)? It is off by default.*npm run up -- --set flask\.enabled=true/,
    lab: { flask: NOWHERE },
    ...changed(['$FLASK_URL', NOWHERE]),
  },
  {
    name: 'a Flask that is switched off, and a dice that does not mind',
    right: false,
    finding: '11-next-steps/off',
    hop: 'pod',
    says: /Flask is switched off/,
    lab: { flask: NOWHERE },
    ...changed(['$FLASK_URL', NOWHERE], [FLASK, '${await textFrom(flask).catch(() => 0)}']),
  },
  {
    name: 'a Flask that takes no connection',
    right: false,
    finding: '11-next-steps/no-answer',
    hop: 'pod',
    says: /Flask: no connection.*off by default/,
    lab: { flask: 'http://127.0.0.1:1' },
    ...changed(['$FLASK_URL', 'http://127.0.0.1:1']),
  },
  {
    name: 'a Flask that answers with an error, and sends no span',
    right: false,
    finding: '11-next-steps/error-status',
    says: /status 500/,
    ...flask('error-500'),
  },
  {
    name: 'a Flask without the route',
    right: false,
    finding: '11-next-steps/error-status',
    says: /status 404/,
    ...flask('error-404'),
  },
  {
    name: 'a Flask that sends no span',
    right: false,
    finding: '11-next-steps/no-spans',
    says: /Python SDK/,
    ...flask('no-spans'),
  },
  {
    name: 'an app in another language in place of Flask',
    right: false,
    finding: '11-next-steps/no-spans',
    says: /Python SDK/,
    ...flask('another-language'),
  },
  {
    name: 'a Flask that begins a trace of its own',
    right: false,
    finding: '11-next-steps/no-spans',
    says: /Python SDK/,
    ...flask('own-trace'),
  },
  {
    name: 'a span of Flask with a wrong kind',
    right: false,
    finding: '11-next-steps/no-server-span',
    says: /SERVER.*opentelemetry-instrument/,
    ...flask('wrong-kind'),
  },
  {
    name: 'a span of Flask whose parent is missing',
    right: false,
    finding: '11-next-steps/orphans',
    says: /no orphan.*do_roll/,
    ...flask('orphan-child'),
  },
];
