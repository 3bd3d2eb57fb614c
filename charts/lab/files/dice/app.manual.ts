// Generated from cdk8s/ by `npm run generate`; change it there.
// Dice, instrumented by hand: the spans here are all there is, and every one of them was asked for.
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import pino from 'pino';

// Acquire a tracer
const tracer = trace.getTracer('dice');

const app = express();
const log = pino({ mixin: traceIds });
let hits = 0;

app.use(continueTrace);

app.get('/', (request, response) => {
  const span = tracer.startSpan('count_hit');
  hits += 1;
  span.setAttribute('hits', hits);
  span.end();
  response.send(`This page has been visited ${hits} times.`);
});

app.get('/visit', (request, response) => {
  hits += 1;
  trace.getActiveSpan()?.addEvent('counted', { hits });
  response.send(`Thank you for the visit! You are number ${hits}.`);
});

app.get('/rolldice', (request, response) => {
  response.send(String(doRoll()));
});

app.get('/server_request', (request, response) => {
  log.info(request.query.param);
  response.send('served');
});

function doRoll(): number {
  return tracer.startActiveSpan('do_roll', (rollSpan) => {
    const result = Math.floor(Math.random() * 6) + 1;
    rollSpan.setAttribute('roll.value', result);
    rollSpan.end();
    return result;
  });
}

// A SERVER span around each request, as a child of the caller's span: its context came in the headers.
function continueTrace(request: Request, response: Response, next: NextFunction) {
  const parent = propagation.extract(context.active(), request.headers);
  const options = { kind: SpanKind.SERVER, attributes: requestAttributes(request) };
  tracer.startActiveSpan(request.path, options, parent, (span) => {
    response.on('close', () => {
      span.setAttribute('http.response.status_code', response.statusCode);
      span.end();
    });
    next();
  });
}

function requestAttributes(request: Request) {
  return { 'http.request.method': request.method, 'url.path': request.path, 'user_agent.original': request.get('user-agent') };
}

// An error that a handler throws is part of the story: record it, and say that the span failed.
app.use((error: Error, request: Request, response: Response, next: NextFunction) => {
  const span = trace.getActiveSpan();
  span?.recordException(error);
  span?.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  next(error);
});

// Log lines that can be found from the trace, and the trace from them.
function traceIds() {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

app.listen(process.env.PORT ?? 8080);
