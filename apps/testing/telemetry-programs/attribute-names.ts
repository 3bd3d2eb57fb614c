// Names attributes without a namespace, and not as the semantic conventions write names.
import { trace } from '@opentelemetry/api';
import express from 'express';

const tracer = trace.getTracer('dice');
const app = express();
let hits = 0;

app.get('/rolldice', (_request, response) => {
  hits += 1;
  const span = tracer.startSpan('do_roll', { attributes: { hits } });
  span.setAttribute('dice.rollValue', 3);
  span.end();
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
