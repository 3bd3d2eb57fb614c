// The program that `helm test` runs. It sends one span to the Collector and reads it from Jaeger. The exit code is 0 if
// the span arrived. Otherwise it is 1, and the message says whether the Collector or Jaeger failed.
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { traceFromJaeger } from '../../otlp/traces.ts';
import type { Trace } from '../../otlp/traces.ts';
import { numberFromEnv, urlFromEnv } from '../../support/env.ts';
import { call } from '../../support/http.ts';
import { messageOf } from '../../support/errors.ts';
import { fatal, print } from '../../support/output.ts';

const pause = 500; // ms between attempts

/**
 * Calls `attempt` until it succeeds, and returns its result.
 * @throws Error with the name of the hop and the last error, once the deadline has passed
 */
async function until<T>(deadline: number, hop: string, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() + pause > deadline) throw new Error(`${hop}: ${messageOf(error)}`, { cause: error });
      await delay(pause);
    }
  }
}

async function send(collector: string, traceId: string): Promise<void> {
  const now = BigInt(Date.now()) * 1_000_000n;
  const span = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: 'helm test',
    kind: 1,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + 1_000_000n),
  };
  const resource = { attributes: [{ key: ATTR_SERVICE_NAME, value: { stringValue: 'helm-test' } }] };
  const body = JSON.stringify({
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'probe' }, spans: [span] }] }],
  });
  const answer = await call(`${collector}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(5_000),
  });
  if (answer.status !== 200)
    throw new Error(`expected status 200, found ${answer.status}: ${answer.body.slice(0, 200)}`);
}

async function find(jaeger: string, traceId: string): Promise<Trace> {
  const trace = await traceFromJaeger(jaeger, traceId);
  if (!trace)
    throw new Error('Jaeger answers, but it does not have the span. Check whether the Collector exports to Jaeger.');
  return trace;
}

try {
  const collector = urlFromEnv('OTEL_EXPORTER_OTLP_ENDPOINT');
  const jaeger = urlFromEnv('JAEGER_URL') + (process.env.JAEGER_BASE_PATH ?? '');
  const seconds = numberFromEnv('PROBE_TIMEOUT_SECONDS', 30);
  const deadline = Date.now() + seconds * 1000;
  const traceId = randomBytes(16).toString('hex');

  await until(deadline, `The span did not reach the Collector at ${collector} within ${seconds} s`, () =>
    send(collector, traceId),
  );
  print(`sent one span, trace ${traceId}, to the Collector at ${collector}`);
  const { spans } = await until(deadline, `The span did not reach Jaeger at ${jaeger} within ${seconds} s`, () =>
    find(jaeger, traceId),
  );
  for (const { service, name, duration } of spans)
    print(`read it back from Jaeger at ${jaeger}: ${service} "${name}" ${duration} ms`);
} catch (error) {
  fatal(error);
}
