// Describes the service on each span. Its settings describe a request on the resource, by names of which one is old.
import { trace } from '@opentelemetry/api';
import express from 'express';

const tracer = trace.getTracer('dice');
const app = express();

app.get('/rolldice', (_request, response) => {
  tracer.startSpan('do_roll', { attributes: { 'service.version': '1.2.3' } }).end();
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
