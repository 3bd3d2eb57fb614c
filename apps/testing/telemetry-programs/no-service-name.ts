// Is all right. Its settings take the name of the service away.
import { trace } from '@opentelemetry/api';
import express from 'express';

const tracer = trace.getTracer('dice');
const app = express();

app.get('/rolldice', (_request, response) => {
  tracer.startSpan('do_roll', { attributes: { 'roll.value': 3 } }).end();
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
