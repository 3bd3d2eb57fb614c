// Sends artificial traces to a lab's Collector, for tests that need many.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp-request
import { randomBytes } from 'node:crypto';
import { textOf } from '../cluster/cluster.ts';
import type { Lab } from '../cluster/lab.ts';

export interface MadeTrace {
  service: string;
  failed?: boolean;
  /** The size of an attribute that only makes the span larger, in bytes. Default: no such attribute. */
  padding?: number;
}

const OK = 1;
const ERROR = 2;

/** Sends traces of one span each to the Collector. @returns the trace ids */
export async function sendTraces(lab: Lab, traces: readonly MadeTrace[]): Promise<string[]> {
  const made = traces.map((one) => ({ ...one, traceId: randomBytes(16).toString('hex') }));
  const body = JSON.stringify({ resourceSpans: made.map(resourceSpans) });
  await textOf(
    await fetch(`${lab.url('collector', 'otlp-http')}/v1/traces`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    }),
  );
  return made.map((one) => one.traceId);
}

function resourceSpans({ service, failed = false, padding = 0, traceId }: MadeTrace & { traceId: string }): object {
  const now = BigInt(Date.now()) * 1_000_000n;
  const span = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: 'made by hand',
    kind: 1,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + 1_000_000n),
    status: { code: failed ? ERROR : OK },
    attributes:
      padding === 0 ? [] : [{ key: 'padding', value: { stringValue: randomBytes(padding / 2).toString('hex') } }],
  };
  return {
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ scope: { name: 'test' }, spans: [span] }],
  };
}
