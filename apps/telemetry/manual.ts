// What instrumentation libraries do by themselves, written by hand for INSTRUMENTATION=manual: starting spans, taking
// the caller's context out of the headers, handing ours on. At the other levels all of this stays silent.
import { context, propagation, ProxyTracerProvider, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_PATH,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions';
import type { Request, RequestHandler, Response } from 'express';
import type { IncomingHttpHeaders } from 'node:http';
import { messageOf } from '../../support/console.ts';

const byHand = process.env.INSTRUMENTATION === 'manual';

/** The component's tracer at `manual`; at other levels one whose spans go nowhere. */
export const tracer: Tracer = byHand
  ? trace.getTracer(process.env.OTEL_SERVICE_NAME ?? 'intro-otel')
  : new ProxyTracerProvider().getTracer('silent');

/** Does `work` in a span that is active meanwhile; an error is recorded on it, sets its status, and is thrown on. */
export function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
  parent: Context = context.active(),
): Promise<T> {
  return tracer.startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      recordError(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

function recordError(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : messageOf(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
}

/**
 * An Express handler inside a SERVER span whose parent is the caller's span, as the headers tell. An error is recorded
 * and handed on to Express while the span is still the active one.
 */
export function withServerSpan(
  route: string,
  work: (request: Request, response: Response) => Promise<void> | void,
): RequestHandler {
  return (request, response, next) => {
    const options = { kind: SpanKind.SERVER, attributes: requestAttributes(route, request) };
    return tracer.startActiveSpan(
      `${request.method} ${route}`,
      options,
      extractContext(request.headers),
      async (span) => {
        try {
          await work(request, response);
        } catch (error) {
          recordError(span, error);
          next(error);
        } finally {
          span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, response.statusCode);
          span.end();
        }
      },
    );
  };
}

/** The context that a caller sent along. An instrumentation library has done this already at `auto`. */
function extractContext(headers: IncomingHttpHeaders): Context {
  return byHand ? propagation.extract(context.active(), headers) : context.active();
}

/** `headers` with the active context added, for the service that is called next. */
export function injectContext(headers: Record<string, string> = {}): Record<string, string> {
  if (byHand) propagation.inject(context.active(), headers);
  return headers;
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
function requestAttributes(route: string, request: Request): Attributes {
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: request.method,
    [ATTR_HTTP_ROUTE]: route,
    [ATTR_URL_PATH]: request.originalUrl.split('?', 1)[0] ?? '/',
  };
  const agent = request.get('user-agent');
  if (agent) attributes[ATTR_USER_AGENT_ORIGINAL] = agent;
  return attributes;
}

/** The id of the trace that is being recorded now, if one is. */
export function currentTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}
