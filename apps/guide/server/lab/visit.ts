// Asking an app, as the start of a trace. The guide's own span of it is written by hand and sent straight to the Collector,
// so that there is one at every level of instrumentation, and none that an app could have made up.
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVICE_NAME,
  ATTR_URL_PATH,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions';
import { randomBytes } from 'node:crypto';
import { messageOf } from '../../../../support/console.ts';
import { call } from '../../../../support/http.ts';
import { suppressTracing } from '../suppress-tracing.ts';

export interface AppAnswer {
  traceId: string;
  /** Of the guide's own span: what an app's span has as its parent when it took over the context. */
  spanId: string;
  /** 0 when the app did not answer; `body` then says why. */
  status: number;
  body: string;
}

export interface Caller {
  url: string;
  path: string;
  collector?: string | undefined;
}

const patience = 5_000; // ms
export const agent = 'intro-otel-guide/1';

/** Asks, sends the span, and gives back both the answer and the trace's id. It never throws. */
export function visit({ url, path, collector }: Caller): Promise<AppAnswer> {
  return suppressTracing(async () => {
    const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    const start = Date.now();
    const answer = await ask(url + path, `00-${traceId}-${spanId}-01`);
    if (collector)
      await send(collector, spanOf({ traceId, spanId, path, start, status: answer.status })).catch(() => undefined);
    return { traceId, spanId, ...answer };
  });
}

async function ask(url: string, traceparent: string): Promise<{ status: number; body: string }> {
  try {
    const { status, body } = await call(url, {
      headers: { traceparent, 'user-agent': agent },
      signal: AbortSignal.timeout(patience),
    });
    return { status, body: body.slice(0, 10_000) };
  } catch (error) {
    return { status: 0, body: inWords(error) };
  }
}

/** Why there was no answer, and what it may mean. */
function inWords(error: unknown): string {
  const { name, code } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError')
    return `no answer within ${patience / 1000} s. A loop that never ends? Nothing else runs while code loops.`;
  if (code === 'ECONNRESET')
    return `the connection broke off (${messageOf(error)}). Did the app end while it was answering? What its pod says tells.`;
  return `no connection (${messageOf(error)}). Is its pod running? What it says tells.`;
}

interface GuideSpan {
  traceId: string;
  spanId: string;
  path: string;
  start: number;
  status: number;
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

function spanOf({ traceId, spanId, path, start, status }: GuideSpan): object {
  const [route = path] = path.split('?', 1);
  return {
    traceId,
    spanId,
    name: `GET ${route}`,
    kind: 3,
    startTimeUnixNano: `${start}000000`,
    endTimeUnixNano: `${Math.max(Date.now(), start + 1)}000000`,
    attributes: [
      text(ATTR_HTTP_REQUEST_METHOD, 'GET'),
      text(ATTR_URL_PATH, route),
      text(ATTR_USER_AGENT_ORIGINAL, agent),
      { key: ATTR_HTTP_RESPONSE_STATUS_CODE, value: { intValue: String(status) } },
    ],
    ...(status === 0 || status >= 500 ? { status: { code: 2 } } : {}),
  };
}

/** One span into the Collector, by OTLP as JSON. @throws when it is not taken */
export async function send(collector: string, span: object): Promise<void> {
  const body = JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [text(ATTR_SERVICE_NAME, 'guide')] },
        scopeSpans: [{ scope: { name: 'guide' }, spans: [span] }],
      },
    ],
  });
  const { status, body: said } = await call(`${collector}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: AbortSignal.timeout(3_000),
  });
  if (status !== 200)
    throw new Error(`expected the Collector to take a span with 200, found ${status}: ${said.slice(0, 200)}`);
}
