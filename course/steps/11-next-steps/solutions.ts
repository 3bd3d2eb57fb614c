import type { CheckHarness, Solution } from '../../harness/check-harness.ts';

interface Flask {
  language?: string;
  kind?: number;
  parent?: string;
  traceId?: string;
  status?: number;
  more?: boolean;
  /** The parent of the additional span. */
  child?: string;
}

/** Starts a fake Flask app that answers requests, and sends the spans that a real Flask app's SDK would send. */
function flask({ language = 'python', kind = 2, parent, traceId, status = 200, more, child }: Flask = {}): Pick<
  Solution,
  'before'
> {
  return {
    before: async (bench: CheckHarness) => {
      const url = await bench.serve(async (traceparent) => {
        const [, caller, span] = traceparent.split('-');
        const resource = { 'service.name': 'flask', 'telemetry.sdk.language': language };
        const spanId = 'aaaaaaaaaaaaaaaa';
        if (kind > 0)
          await bench.send(
            { name: 'GET /rolldice', kind, traceId: traceId ?? caller, spanId, parentSpanId: parent ?? span },
            resource,
          );
        if (more)
          await bench.send(
            { name: 'do_roll', kind: 1, traceId: traceId ?? caller, parentSpanId: child ?? spanId },
            resource,
          );
        return status;
      });
      bench.flask = url;
    },
  };
}

export const solutions: Solution[] = [
  { name: 'a Flask app with automatic instrumentation', right: true, ...flask() },
  { name: 'a Flask app with manual instrumentation and a child span do_roll', right: true, ...flask({ more: true }) },
  {
    name: 'a right Flask app, while dice has no instrumentation',
    right: true,
    ...flask(),
    files: { 'settings.env': 'INSTRUMENTATION=none' },
  },
  {
    name: 'a right Flask app, while dice does not answer',
    right: true,
    ...flask({ more: true }),
    lab: { dice: 'http://127.0.0.1:1' },
  },
  {
    name: 'a Flask app without the route',
    right: false,
    finding: '11-next-steps/error-status',
    says: /status 404/,
    ...flask({ status: 404 }),
  },
  {
    name: 'a Flask app that is not running',
    right: false,
    finding: '11-next-steps/no-answer',
    hop: 'pod',
    says: /Found: no connection.*off by default/,
    lab: { flask: 'http://127.0.0.1:1' },
  },
  {
    name: 'a Flask app that is switched off, so that it has no Service',
    right: false,
    finding: '11-next-steps/off',
    hop: 'pod',
    says: /Flask is switched off(\. Hint:)? It is off by default.*npm run up -- --set flask\.enabled=true/,
    lab: { flask: 'http://intro-otel-flask.invalid' },
  },
  {
    name: 'a Flask app that answers with an error',
    right: false,
    finding: '11-next-steps/error-status',
    says: /status 500/,
    ...flask({ status: 500 }),
  },
  {
    name: 'a Flask app that sends no span',
    right: false,
    finding: '11-next-steps/no-spans',
    says: /Python SDK/,
    ...flask({ kind: 0 }),
  },
  {
    name: 'an app in another language in place of Flask',
    right: false,
    finding: '11-next-steps/no-spans',
    says: /Python SDK/,
    ...flask({ language: 'nodejs' }),
  },
  {
    name: 'a Flask app that starts a trace of its own',
    right: false,
    finding: '11-next-steps/no-spans',
    says: /Python SDK/,
    ...flask({ traceId: 'b'.repeat(32), parent: '' }),
  },
  {
    name: 'a Flask span with a wrong parent',
    right: false,
    finding: '11-next-steps/other-parent',
    says: /caller's/,
    ...flask({ parent: 'cccccccccccccccc' }),
  },
  {
    name: 'a span of the Flask app whose parent is missing',
    right: false,
    finding: '11-next-steps/orphans',
    says: /no orphan.*do_roll/,
    ...flask({ more: true, child: 'cccccccccccccccc' }),
  },
  {
    name: 'a Flask span with a wrong kind',
    right: false,
    finding: '11-next-steps/no-server-span',
    says: /SERVER/,
    ...flask({ kind: 1 }),
  },
];
