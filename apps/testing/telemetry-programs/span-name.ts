// Puts ids into the names of spans: a UUID, and a number that differs in each request.
import { randomUUID } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import express from 'express';

const tracer = trace.getTracer('dice');
const app = express();
let hits = 0;

app.get('/rolldice', (_request, response) => {
  hits += 1;
  tracer.startSpan(`game-${randomUUID()}`).end();
  tracer.startSpan(`roll ${hits}`).end();
  tracer.startSpan('http2 step 1').end();
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
