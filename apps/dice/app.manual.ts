// Dice, instrumented by hand: the spans here are all there is, and every one of them was asked for.
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import express from 'express';
import type { Request, Response } from 'express';
import pino from 'pino';

// Acquire a tracer
const tracer = trace.getTracer('dice');

const app = express();
const log = pino({ mixin: traceIds });
let hits = 0;

app.get('/', served('index', (request, response) => {
  const span = tracer.startSpan('count_hit');
  hits += 1;
  span.setAttribute('hits', hits);
  span.end();
  response.send(`This page has been visited ${hits} times.`);
}));

app.get('/visit', served('visit', (request, response) => {
  hits += 1;
  trace.getActiveSpan()?.addEvent('counted', { hits });
  response.send(`Thank you for the visit! You are number ${hits}.`);
}));

app.get('/rolldice', served('rolldice', (request, response) => {
  response.send(String(doRoll()));
}));

app.get('/server_request', served('server_request', (request, response) => {
  log.info(request.query.param);
  response.send('served');
}));

function doRoll(): number {
  return tracer.startActiveSpan('do_roll', (rollSpan) => {
    const result = Math.floor(Math.random() * 6) + 1;
    rollSpan.setAttribute('roll.value', result);
    rollSpan.end();
    return result;
  });
}

// A SERVER span around a request. Its parent is the caller's span, whose context came in the headers.
function served(name: string, handle: (request: Request, response: Response) => void | Promise<void>) {
  return (request: Request, response: Response) => {
    const parent = propagation.extract(context.active(), request.headers);
    const options = { kind: SpanKind.SERVER, attributes: collectRequestAttributes(request) };
    return tracer.startActiveSpan(name, options, parent, async (span) => {
      try {
        await handle(request, response);
      } catch (error) {
        // An error is part of the story: record it, and say that the span failed.
        span.recordException(error as Error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
        response.status(500).send(String(error));
      } finally {
        span.setAttribute('http.response.status_code', response.statusCode);
        span.end();
      }
    });
  };
}

function collectRequestAttributes(request: Request) {
  return {
    'http.request.method': request.method,
    'url.path': request.path,
    'user_agent.original': request.get('user-agent'),
  };
}

// Log lines that can be found from the trace, and the trace from them.
function traceIds() {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

app.listen(process.env.PORT ?? 8080);
