// Names instruments after a unit and after an attribute, and gives two of them one name.
import { metrics } from '@opentelemetry/api';
import express from 'express';

const meter = metrics.getMeter('dice');
const time = meter.createHistogram('dice.roll.seconds', { unit: 's' });
const size = meter.createCounter('http.request.size', { unit: 'By' });
const one = meter.createCounter('dice.coins', { unit: '{coin}' });
const two = metrics.getMeter('purse').createCounter('dice.coins', { unit: 'g' });
const app = express();

app.get('/rolldice', (_request, response) => {
  time.record(0.2);
  size.add(12);
  one.add(1);
  two.add(7);
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
