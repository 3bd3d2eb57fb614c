// The visitors: they play one round after another at a low and steady rate. Each round is one trace that starts here.
import { setTimeout as delay } from 'node:timers/promises';
import { numberFromEnv, urlFromEnv } from '../../support/env.ts';
import { accepts } from '../../support/ports.ts';
import { messageOf } from '../../support/errors.ts';
import { createLogger } from '../telemetry/logger.ts';
import { declareReady } from '../telemetry/readiness.ts';
import { visitorOf } from '../../lab/visitors.ts';
import { nextStart } from './pace.ts';
import { playRound } from './round.ts';

const arcadeUrl = urlFromEnv('ARCADE_URL');
const pause = 60_000 / numberFromEnv('ROUNDS_PER_MINUTE', 30);
const retry = 250; // ms between attempts until the arcade has played its first round

const log = createLogger();

async function play(round: number): Promise<boolean> {
  const visitor = visitorOf(round);
  try {
    await playRound(arcadeUrl, visitor);
    return true;
  } catch (error) {
    log.warn({ player: visitor.player, reason: messageOf(error) }, 'round failed');
    return false;
  }
}

async function visit(): Promise<never> {
  let played = false;
  let start = performance.now();
  for (let round = 0; ; round += 1) {
    // The function `accepts` only opens a connection. A request would create failed traces while the arcade starts.
    while (!played && !(await accepts(arcadeUrl))) await delay(retry);
    played = (await play(round)) || played;
    start = nextStart(start, played ? pause : retry, performance.now());
    await delay(Math.max(0, start - performance.now()));
  }
}

declareReady();
log.info({ arcadeUrl, roundsPerMinute: 60_000 / pause }, 'the visitors start to play');
await visit();
