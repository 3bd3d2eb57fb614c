// Dice, with one span by hand: do_roll.
import { trace } from '@opentelemetry/api';
import express from 'express';
import pino from 'pino';

// Acquire a tracer
const tracer = trace.getTracer('dice');

const app = express();
const log = pino();
let hits = 0;

app.get('/', (request, response) => {
  hits += 1;
  response.send(`This page has been visited ${hits} times.`);
});

app.get('/visit', (request, response) => {
  hits += 1;
  response.send(`Thank you for the visit! You are number ${hits}.`);
});

app.get('/rolldice', (request, response) => {
  response.send(String(doRoll()));
});

app.get('/server_request', (request, response) => {
  log.info(request.query.param);
  response.send('served');
});

function doRoll(): number {
  return tracer.startActiveSpan('do_roll', (rollSpan) => {
    const result = Math.floor(Math.random() * 6) + 1;
    rollSpan.setAttribute('roll.value', result);
    rollSpan.end();
    return result;
  });
}

app.listen(process.env.PORT ?? 8080);
