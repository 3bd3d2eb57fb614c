// The prizes service. It runs in two versions on two node pools, so that learners can compare the versions in traces.
import { setTimeout as delay } from 'node:timers/promises';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import express from 'express';
import type { Request, Response } from 'express';
import { fromEnv, portFromEnv } from '../../support/env.ts';
import { listen } from '../telemetry/listen.ts';
import { registerCommand } from '../telemetry/commands.ts';
import { createLogger } from '../telemetry/logger.ts';
import { withServerSpan } from '../telemetry/manual.ts';
import { namesIn, truthOf } from '../../lab/faults.ts';
import type { FaultName } from '../../lab/faults.ts';
import { effectOf } from './faults.ts';
import type { Traits } from './faults.ts';
import { prizeFor } from './prizes.ts';

const version = fromEnv('PRIZES_VERSION');
const pool = fromEnv('NODE_POOL');
const truth = truthOf({ release: process.env.RELEASE ?? '', namespace: process.env.POD_NAMESPACE ?? '' });

const log = createLogger();
const app = express();
let faults: readonly FaultName[] = [];

registerCommand('/fault', (text) => {
  faults = namesIn(text);
  return JSON.stringify({ names: faults });
});

app.get(
  '/prizes/:roll',
  withServerSpan('/prizes/:roll', async (request, response) => {
    const traits = traitsOf(request);
    trace
      .getActiveSpan()
      ?.setAttributes({
        'prizes.version': version,
        'deployment.node_pool': pool,
        'client.version': traits.client,
        'browser.plugins': traits.plugins,
      });
    const { delay: wait, status } = effectOf(faults, truth, traits);
    if (wait !== undefined) await searchPrize(wait);
    if (status !== undefined) fail(response, status, traits.roll);
    else sendPrize(request, response, traits.roll);
  }),
);

function traitsOf(request: Request): Traits {
  return {
    version,
    pool,
    client: request.get('x-client-version'),
    plugins: request.get('x-browser-plugins'),
    roll: Number(request.params.roll),
  };
}

function sendPrize(request: Request, response: Response, roll: number): void {
  const prize = prizeFor(version, roll);
  if (!prize) {
    log.warn({ roll: request.params.roll }, 'no such roll');
    response.status(404).json({ error: `expected a roll from 1 to 6, found "${String(request.params.roll)}"` });
    return;
  }
  log.info({ roll, prize: prize.name }, 'prize given');
  response.json({ prize, version });
}

async function searchPrize(wait: number): Promise<void> {
  const span = trace.getActiveSpan();
  span?.addEvent('prize is not on its shelf');
  await delay(wait);
  span?.addEvent('prize found', { 'waited.ms': wait });
}

/**
 * Answers with an error status, as the fault `spike` requires. With status 400 the message blames the request, and the
 * span's status stays unset. With status 500 the message blames prizes, and the span's status is error.
 */
function fail(response: Response, status: 400 | 500, roll: number): void {
  const error = new Error(status === 400 ? 'the request could not be understood' : 'the prize could not be wrapped');
  const span = trace.getActiveSpan();
  span?.recordException(error);
  if (status === 500) span?.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  log.error({ roll, status, reason: error.message }, 'no prize given');
  response.status(status).json({ error: error.message });
}

listen(app, portFromEnv('PORT', 8080), () => log.info({ version, pool }, 'prizes are ready'));
