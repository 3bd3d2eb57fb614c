// Says that a span failed, and not why. The span of the request needs no description, because its HTTP status says it.
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import express from 'express';

const tracer = trace.getTracer('dice');
const app = express();

app.get('/rolldice', (_request, response) => {
  tracer.startActiveSpan('GET /rolldice', { kind: SpanKind.SERVER }, (request) => {
    tracer.startActiveSpan('do_roll', (span) => {
      span.recordException(new Error('the die rolled off the table'));
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    request.setAttribute('http.response.status_code', 500);
    request.setStatus({ code: SpanStatusCode.ERROR });
    request.end();
  });
  response.status(500).send('lost');
});

app.listen(process.env.PORT ?? 8080);
