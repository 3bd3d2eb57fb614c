// Dice, a small Express app.
import express from 'express';
import pino from 'pino';

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
  return Math.floor(Math.random() * 6) + 1;
}

app.listen(process.env.PORT ?? 8080);
