// Sends a request to an app, and starts the trace of this request. The guide writes the first span of the trace by hand
// and sends it to the Collector. So every trace has this span, at every level of instrumentation, and no app can forge
// it.
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVICE_NAME,
  ATTR_URL_PATH,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions';
import { randomBytes } from 'node:crypto';
import { messageOf } from '../../../../support/errors.ts';
import { call } from '../../../../support/http.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import { sendOtlp } from './send-otlp.ts';

export interface AppAnswer {
  readonly traceId: string;
  /** Id of the guide's span. It is the parent of the app's span if the app continues the trace. */
  readonly spanId: string;
  /** HTTP status of the app's answer. The status 0 means that the app did not answer. Then `body` says why. */
  readonly status: number;
  readonly body: string;
}

export interface AppRequest {
  readonly url: string;
  readonly path: string;
  readonly collector?: string | undefined;
  /** Id of the trace to start. The default is a random id. */
  readonly traceId?: string | undefined;
}

const patience = 5_000; // ms
export const agent = 'intro-otel-guide/1';

/**
 * Sends the request to the app, and the guide's span to the Collector. Returns the app's answer and the ids of the
 * guide's span. This function never throws.
 */
export function visit({
  url,
  path,
  collector,
  traceId = randomBytes(16).toString('hex'),
}: AppRequest): Promise<AppAnswer> {
  return suppressTracing(async () => {
    const spanId = randomBytes(8).toString('hex');
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
      limit: 2 ** 20,
    });
    return { status, body: body.slice(0, 10_000) };
  } catch (error) {
    return { status: 0, body: failureOf(error) };
  }
}

/** Says why the app did not answer, and names the likely cause. */
function failureOf(error: unknown): string {
  const { name, code } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError')
    return `no answer within ${patience / 1000} s. A loop that never ends? Nothing else runs while code loops.`;
  if (code === 'ECONNRESET')
    return (
      `the connection broke off (${messageOf(error)}). Did the app end while it was answering? ` +
      'See the state and the log of its pod.'
    );
  return `no connection (${messageOf(error)}). Is its pod running? See its state and its log.`;
}

interface GuideSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly path: string;
  readonly start: number;
  readonly status: number;
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

/**
 * Sends one span to the Collector.
 * @param scope name of the instrumentation scope
 * @throws if the Collector refuses the span
 */
export const send = (collector: string, span: object, scope = 'guide'): Promise<void> =>
  sendOtlp(collector, 'traces', {
    resourceSpans: [
      {
        resource: { attributes: [text(ATTR_SERVICE_NAME, 'guide')] },
        scopeSpans: [{ scope: { name: scope }, spans: [span] }],
      },
    ],
  });
