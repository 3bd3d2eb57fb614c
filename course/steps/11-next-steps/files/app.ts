// Dice, with a next hop in another language: /server_request asks prizes what a six wins, and Flask for a roll.
import { get } from 'node:http';
import {
  context, logs, metrics, propagation, SeverityNumber, SpanKind, SpanStatusCode, trace,
} from '@opentelemetry/api';
import express from 'express';
import type { Request, Response } from 'express';

// Acquire a tracer
const tracer = trace.getTracer('dice');

const meter = metrics.getMeter('dice');
const rolls = meter.createCounter('dice.rolls', { description: 'How often a die was rolled' });
const values = meter.createHistogram('dice.roll.value', {
  description: 'What was rolled',
  advice: { explicitBucketBoundaries: [1, 2, 3, 4, 5, 6] },
});

// What a six wins: prizes knows.
const prizes = '$PRIZES_URL/prizes/6';
// The deck's app, in Python.
const flask = '$FLASK_URL/rolldice';

const app = express();
const log = logs.getLogger('dice');
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

app.get('/server_request', served('server_request', async (request, response) => {
  // The SDK adds the ids of the trace and of the active span.
  log.emit({ severityNumber: SeverityNumber.INFO, severityText: 'INFO', body: request.query.param });
  response.send(`served, and a six wins: ${await textFrom(prizes)}. Flask rolls ${await textFrom(flask)}.`);
}));

// A SERVER span around a request. Its parent is the caller's span, whose context came in the headers.
function served(name: string, handle: (request: Request, response: Response) => Promise<void>) {
  return (request: Request, response: Response) => {
    const parent = propagation.extract(context.active(), request.headers);
    const options = { kind: SpanKind.SERVER, attributes: collectRequestAttributes(request) };
    return tracer.startActiveSpan(name, options, parent, async (span) => {
      try {
        await handle(request, response);
      } catch (error) {
        span.recordException(error as Error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
        response.status(500).send(String(error));
      } finally {
        span.setAttribute('http.response.status_code', response.statusCode);
        span.end();
      }
    });
  };
}

function collectRequestAttributes(request: Request) {
  return { 'http.request.method': request.method, 'url.path': request.path };
}

// Asks a next hop. Its headers tell it of which trace it is part, whatever its language.
function textFrom(url: string): Promise<string> {
  const headers = {};
  propagation.inject(context.active(), headers);
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
      rolls.add(1, { 'roll.sides': sides });
      values.record(result);
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
