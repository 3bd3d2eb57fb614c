// Sets attributes of the semantic conventions to values of another type, and one to a value that they don't list.
import { trace } from '@opentelemetry/api';
import { ATTR_SERVER_PORT } from '@opentelemetry/semantic-conventions';
import express from 'express';

const tracer = trace.getTracer('dice');
const app = express();

app.get('/rolldice', (_request, response) => {
  const span = tracer.startSpan('do_roll');
  span.setAttribute('http.response.status_code', '200');
  span.setAttribute(ATTR_SERVER_PORT, 'eight');
  span.setAttribute('http.request.method', 'ROLL');
  span.setAttribute('url.path', '/rolldice');
  span.end();
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
