// Hand-written instrumentation for INSTRUMENTATION=manual. It starts spans, extracts the caller's context from request
// headers, and injects our context into outgoing headers. At other instrumentation levels, these functions create no
// spans.
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
import { messageOf } from '../../support/errors.ts';

const byHand = process.env.INSTRUMENTATION === 'manual';

/** The app's tracer at instrumentation level `manual`. At other levels, its spans are dropped. */
export const tracer: Tracer = byHand
  ? trace.getTracer(process.env.OTEL_SERVICE_NAME ?? 'intro-otel')
  : new ProxyTracerProvider().getTracer('silent');

/**
 * Runs `work` in an active span. It records an error on the span, sets the span's status, and throws the error again.
 */
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
 * Returns an Express handler that runs `work` in a SERVER span. The span's parent is the caller's span, whose IDs are
 * in the request's headers. The handler records an error and passes it to Express while the span is still active.
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

/**
 * Returns the caller's context from the headers. At instrumentation level `auto`, a library has already made this
 * context active.
 */
function extractContext(headers: IncomingHttpHeaders): Context {
  return byHand ? propagation.extract(context.active(), headers) : context.active();
}

/** Adds the active trace context to the headers of a request to another service, and returns the headers. */
export function injectContext(headers: Record<string, string> = {}): Record<string, string> {
  if (byHand) propagation.inject(context.active(), headers);
  return headers;
}

/** Returns the span attributes of a request. https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
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

/** Returns the trace ID of the active span, or undefined if no span is active. */
export function currentTraceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}
