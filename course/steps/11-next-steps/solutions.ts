import type { CheckHarness, Solution } from '../../harness/check-harness.ts';

interface Flask {
  language?: string;
  kind?: number;
  parent?: string;
  traceId?: string;
  status?: number;
  more?: boolean;
}

/** A fake Flask app that answers, and sends the span that its SDK would send. */
function flask({ language = 'python', kind = 2, parent, traceId, status = 200, more }: Flask = {}): Pick<
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
          await bench.send({ name: 'do_roll', kind: 1, traceId: traceId ?? caller, parentSpanId: spanId }, resource);
        return status;
      });
      bench.flask = url;
    },
  };
}

export const solutions: Solution[] = [
  { name: 'automatic instrumentation', right: true, ...flask() },
  { name: 'manual instrumentation, with do_roll below', right: true, ...flask({ more: true }) },
  {
    name: 'a dice without instrumentation',
    right: true,
    ...flask(),
    files: { 'settings.env': 'INSTRUMENTATION=none' },
  },
  { name: 'Flask is off', right: false, hop: 'pod', says: /off by default/, lab: { flask: 'http://127.0.0.1:1' } },
  { name: 'Flask answers with an error', right: false, says: /status 500/, ...flask({ status: 500 }) },
  { name: 'Flask sends no span', right: false, says: /Python SDK/, ...flask({ kind: 0 }) },
  { name: 'another language answers in its place', right: false, says: /Python SDK/, ...flask({ language: 'nodejs' }) },
  {
    name: 'Flask starts a trace of its own',
    right: false,
    says: /Python SDK/,
    ...flask({ traceId: 'b'.repeat(32), parent: '' }),
  },
  { name: 'a span below another parent', right: false, says: /caller's/, ...flask({ parent: 'cccccccccccccccc' }) },
  { name: 'a span of another kind', right: false, says: /SERVER/, ...flask({ kind: 1 }) },
];
