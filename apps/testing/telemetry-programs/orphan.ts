// Forgets to end the span around another one.
import { trace } from '@opentelemetry/api';
import express from 'express';

const tracer = trace.getTracer('dice');
const app = express();

app.get('/rolldice', (_request, response) => {
  tracer.startActiveSpan('serve', () => {
    tracer.startSpan('do_roll').end();
  });
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
