// Adds attributes of its own to a namespace of the semantic conventions.
import { trace } from '@opentelemetry/api';
import express from 'express';

const tracer = trace.getTracer('dice');
const app = express();

app.get('/rolldice', (_request, response) => {
  const span = tracer.startSpan('do_roll', { attributes: { 'http.player': 'ada' } });
  span.addEvent('rolled', { 'server.mood': 'fine', 'roll.value': 3 });
  span.end();
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
