// Starts a span for each of many small steps.
import { trace } from '@opentelemetry/api';
import express from 'express';

const tracer = trace.getTracer('dice');
const app = express();

app.get('/rolldice', (_request, response) => {
  tracer.startActiveSpan('roll_many', (span) => {
    for (let roll = 0; roll < 25; roll += 1) tracer.startSpan('do_roll').end();
    span.end();
  });
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
