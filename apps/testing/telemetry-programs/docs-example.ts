// Does what the example does that OpenTelemetry's documentation links to: spans, a counter, a histogram, a gauge, an
// exception, and log lines.
// https://github.com/open-telemetry/opentelemetry-js/tree/main/examples/dice
import { metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import { ATTR_CODE_FUNCTION_NAME } from '@opentelemetry/semantic-conventions';
import express from 'express';
import pino from 'pino';

const tracer = trace.getTracer('dice-lib');
const meter = metrics.getMeter('dice-lib');
const counter = meter.createCounter('dice.rolls', { description: 'How often rollTheDice was called' });
const histogram = meter.createHistogram('dice.value', { description: 'What was rolled' });
const gauge = meter.createGauge('dice.rolls_last_value', { description: 'How many rolls were asked for last' });
const app = express();
const log = pino();

function rollOnce(): number {
  return tracer.startActiveSpan('rollOnce', (span) => {
    const result = Math.floor(Math.random() * 6) + 1;
    span.setAttribute(ATTR_CODE_FUNCTION_NAME, 'rollOnce');
    span.setAttribute('dice.value', result);
    histogram.record(result);
    span.end();
    return result;
  });
}

function rollTheDice(rolls: number): number[] {
  return tracer.startActiveSpan('rollTheDice', (span) => {
    span.setAttribute('dice.rolls', rolls);
    counter.add(1);
    gauge.record(rolls);
    try {
      if (!(rolls > 0)) throw new Error('rolls must be a positive integer');
      return Array.from({ length: rolls }, rollOnce);
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

app.get('/rolldice', (request, response) => {
  try {
    const result = rollTheDice(Number(request.query.rolls ?? 1));
    log.info('GET /rolldice 200');
    response.json(result);
  } catch (error) {
    log.error(`GET /rolldice 500 ${String(error)}`);
    response.status(500).end();
  }
});

app.listen(process.env.PORT ?? 8080);
