// Sets attributes that the semantic conventions have replaced: one on the span of a library, one on its own.
import { trace } from '@opentelemetry/api';
import express from 'express';

const tracer = trace.getTracer('dice');
const app = express();

app.get('/rolldice', (request, response) => {
  trace.getActiveSpan()?.setAttribute('http.url', request.url);
  const roll = tracer.startActiveSpan('do_roll', (span) => {
    const value = Math.floor(Math.random() * 6) + 1;
    span.setAttributes({ 'code.function': 'roll', 'roll.value': value });
    span.end();
    return value;
  });
  response.send(String(roll));
});

app.listen(process.env.PORT ?? 8080);
