// Sends telemetry of the guide's own to the Collector, as OTLP in JSON.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
import { call } from '../../../../support/http.ts';

const nouns = { traces: 'a span', metrics: 'a metric', logs: 'a log record' };

/** @throws if the Collector refuses it */
export async function sendOtlp(collector: string, signal: keyof typeof nouns, body: object): Promise<void> {
  const { status, body: answer } = await call(`${collector}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(3_000),
  });
  if (status === 200) return;
  throw new Error(
    `expected the Collector to take ${nouns[signal]} with 200, found ${status}: ${answer.trim().slice(0, 200)}`,
  );
}
