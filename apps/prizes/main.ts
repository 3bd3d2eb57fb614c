// What a roll wins. Runs in two versions on two node pools, so that there is something to tell apart in the traces.
import { trace } from '@opentelemetry/api';
import express from 'express';
import { fromEnv, portFromEnv } from '../support/env.ts';
import { createLogger } from '../telemetry/logger.ts';
import { served } from '../telemetry/manual.ts';
import { prizeFor } from './prizes.ts';

const version = fromEnv('PRIZES_VERSION');
const pool = fromEnv('NODE_POOL');

const log = createLogger();
const app = express();

app.get('/prizes/:roll', served('/prizes/:roll', (request, response) => {
  const roll = Number(request.params.roll);
  const prize = prizeFor(version, roll);
  trace.getActiveSpan()?.setAttributes({ 'prizes.version': version, 'deployment.node_pool': pool });
  if (!prize) {
    log.warn({ roll: request.params.roll }, 'no such roll');
    response.status(404).json({ error: `expected a roll from 1 to 6, found "${String(request.params.roll)}"` });
    return;
  }
  log.info({ roll, prize: prize.name }, 'prize given');
  response.json({ prize, version });
}));

app.listen(portFromEnv('PORT', 8080), () => log.info({ version, pool }, 'prizes are ready'));
