// The arcade, the service that visitors call. It plays a round within a time budget: it gets a roll from dice, and the
// prize for the roll from prizes.
import { trace } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import express from 'express';
import type { ErrorRequestHandler, Request } from 'express';
import { numberFromEnv, portFromEnv, urlFromEnv } from '../../support/env.ts';
import { call, getJson } from '../../support/http.ts';
import { listen } from '../telemetry/listen.ts';
import { messageOf } from '../../support/errors.ts';
import { createLogger } from '../telemetry/logger.ts';
import { currentTraceId, injectContext, withServerSpan } from '../telemetry/manual.ts';

const diceUrl = urlFromEnv('DICE_URL');
const prizesUrl = urlFromEnv('PRIZES_URL');
const budget = numberFromEnv('BUDGET_MS', 500);

const log = createLogger();
const app = express();

interface PrizesResponse {
  readonly prize: { name: string; points: number };
  readonly version: string;
}

/** Thrown when a round takes longer than its time budget. */
class BudgetExceeded extends Error {
  override name = 'BudgetExceeded';
}

/** Thrown when prizes answers with an error status. The arcade then answers with the same status. */
class Refused extends Error {
  override name = 'Refused';
  readonly status: number;

  constructor(status: number, body: string) {
    super(`prizes answered ${status}: ${body.slice(0, 200).trim()}`);
    this.status = status;
  }
}

app.get('/', (_request, response) => {
  response.json({ play: '/play?player=NAME' });
});

app.get(
  '/play',
  withServerSpan('/play', async (request, response) => {
    const player = typeof request.query.player === 'string' ? request.query.player : 'anonymous';
    const span = trace.getActiveSpan();
    span?.setAttributes({ 'player.name': player, ...traitsOf(request) });

    const { roll, prize, version } = await playRound(request);
    span?.setAttributes({ 'roll.value': roll, 'prizes.version': version });
    log.info({ player, roll, prize: prize.name, version }, 'round played');
    response.json({ player, roll, prize, version, trace: currentTraceId() });
  }),
);

/**
 * Returns the visitor's headers as span attributes. At instrumentation level `auto`, these attributes are not needed,
 * because a library records the headers.
 */
function traitsOf(request: Request): Attributes {
  return { 'browser.plugins': request.get('x-browser-plugins'), 'client.version': request.get('x-client-version') };
}

/** Names of the visitor's headers that the arcade forwards to prizes unchanged. */
const TRAITS = ['x-browser-plugins', 'x-client-version'];

const traitHeaders = (request: Request): Record<string, string> =>
  Object.fromEntries(
    TRAITS.flatMap((name) => [request.get(name)].filter((value) => value !== undefined).map((value) => [name, value])),
  );

async function playRound(request: Request): Promise<PrizesResponse & { roll: number }> {
  const signal = AbortSignal.timeout(budget);
  try {
    const roll = await getJson<number>(`${diceUrl}/rolldice`, { headers: injectContext(), signal });
    trace.getActiveSpan()?.addEvent('rolled', { 'roll.value': roll });
    const { status, body } = await call(`${prizesUrl}/prizes/${roll}`, {
      headers: injectContext(traitHeaders(request)),
      signal,
    });
    if (status >= 400) throw new Refused(status, body);
    return { roll, ...(JSON.parse(body) as PrizesResponse) };
  } catch (error) {
    throw signal.aborted ? new BudgetExceeded(`the round took longer than its ${budget} ms`) : error;
  }
}

function statusFor(error: Error): number {
  if (error instanceof Refused) return error.status;
  return error instanceof BudgetExceeded ? 504 : 502;
}

const refuse: ErrorRequestHandler = (error: Error, _request, response, next) => {
  log.error({ err: error }, 'round failed');
  if (response.headersSent) return next(error);
  response.status(statusFor(error)).json({ error: messageOf(error), trace: currentTraceId() });
};
app.use(refuse);

listen(app, portFromEnv('PORT', 8080), () => log.info('arcade is open'));
