// Does what the dice of OpenTelemetry's documentation does: a span in a span, attributes, and a counter.
// https://opentelemetry.io/docs/languages/js/instrumentation/
import { metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/api';
import { ATTR_CODE_FILE_PATH, ATTR_CODE_FUNCTION_NAME } from '@opentelemetry/semantic-conventions';
import express from 'express';

const tracer = trace.getTracer('dice-lib');
const counter = metrics.getMeter('dice-server', '0.1.0').createCounter('dice-lib.rolls.counter');
const app = express();

function rollOnce(index: number, min: number, max: number): number {
  return tracer.startActiveSpan(`rollOnce:${index}`, (span: Span) => {
    const result = Math.floor(Math.random() * (max - min + 1) + min);
    span.setAttribute('dicelib.rolled', result.toString());
    span.end();
    return result;
  });
}

function rollTheDice(rolls: number, min: number, max: number): number[] {
  const attributes = { 'dicelib.rolls': rolls.toString(), [ATTR_CODE_FUNCTION_NAME]: 'rollTheDice' };
  return tracer.startActiveSpan('rollTheDice', { attributes }, (span: Span) => {
    span.setAttribute(ATTR_CODE_FILE_PATH, import.meta.filename);
    counter.add(1);
    if (rolls > 7) span.setStatus({ code: SpanStatusCode.ERROR, message: 'Error' });
    const result = Array.from({ length: rolls }, (_item, index) => rollOnce(index, min, max));
    span.end();
    return result;
  });
}

app.get('/rolldice', (request, response) => {
  response.send(JSON.stringify(rollTheDice(Number(request.query.rolls ?? 4), 1, 6)));
});

app.listen(process.env.PORT ?? 8080);
