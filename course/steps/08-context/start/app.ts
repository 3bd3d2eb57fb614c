// Dice, with a next hop: /server_request asks prizes what a six wins.
import { get } from 'node:http';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import express from 'express';
import pino from 'pino';

// Acquire a tracer
const tracer = trace.getTracer('dice');

// What a six wins: prizes knows.
const prizes = '$PRIZES_URL/prizes/6';

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
  try {
    response.send(String(doRoll(Number(request.query.sides ?? 6))));
  } catch (error) {
    response.status(400).send(String(error));
  }
});

app.get('/server_request', async (request, response) => {
  log.info(request.query.param);
  response.send(await tracer.startActiveSpan('server_request', async (span) => {
    const prize = await askPrizes();
    span.end();
    return `served, and a six wins: ${prize}`;
  }));
});

// The next hop.
function askPrizes(): Promise<string> {
  const headers = {};
  return textFrom(prizes, headers);
}

function textFrom(url: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => { text += chunk; });
      answer.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

function doRoll(sides: number): number {
  return tracer.startActiveSpan('do_roll', (rollSpan) => {
    try {
      checkSides(sides);
      const result = Math.floor(Math.random() * sides) + 1;
      rollSpan.setAttribute('roll.value', result);
      rollSpan.addEvent('rolled', { 'roll.value': result });
      return result;
    } catch (error) {
      // An error is part of the story: record it, and say that the span failed.
      rollSpan.recordException(error as Error);
      rollSpan.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
      throw error;
    } finally {
      rollSpan.end();
    }
  });
}

// It knows of no span but the current one.
function checkSides(sides: number): void {
  trace.getActiveSpan()?.setAttribute('roll.sides', sides);
  if (!(sides >= 1)) throw new RangeError(`a die needs a side at least, not ${sides}`);
}

app.listen(process.env.PORT ?? 8080);
