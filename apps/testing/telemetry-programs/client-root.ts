// Starts a CLIENT span outside of any request.
import { SpanKind, trace } from '@opentelemetry/api';
import express from 'express';

const tracer = trace.getTracer('dice');
const app = express();

app.get('/rolldice', (_request, response) => {
  tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes: { 'http.request.method': 'GET' } }).end();
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
