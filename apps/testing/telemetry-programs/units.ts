// Creates instruments without a unit, and with a unit that is none.
import { metrics } from '@opentelemetry/api';
import express from 'express';

const meter = metrics.getMeter('dice');
const rolls = meter.createCounter('dice.rolls', { description: 'How often a die was rolled' });
const time = meter.createHistogram('dice.roll.time', { unit: 'milliseconds' });
const visits = meter.createCounter('dice.visits', { unit: '{visit}' });
const app = express();

app.get('/rolldice', (_request, response) => {
  visits.add(1);
  rolls.add(1);
  time.record(0.2);
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
