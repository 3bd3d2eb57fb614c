// Counts by an id that is new in each request, and by one of many numbers. The number of sides has a bound.
import { randomUUID } from 'node:crypto';
import { metrics } from '@opentelemetry/api';
import express from 'express';

const meter = metrics.getMeter('dice');
const rolls = meter.createCounter('dice.rolls', { unit: '{roll}' });
const visits = meter.createCounter('dice.visits', { unit: '{visit}' });
const app = express();
let hits = 0;

app.get('/rolldice', (_request, response) => {
  hits += 1;
  rolls.add(1, { 'player.id': randomUUID(), 'roll.sides': hits % 6 });
  visits.add(1, { 'visit.number': hits });
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
