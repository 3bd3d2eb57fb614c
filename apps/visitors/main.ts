// The visitors: they play one round after another at a low and steady rate. Each round is one trace that starts here.
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { ATTR_USER_AGENT_ORIGINAL } from '@opentelemetry/semantic-conventions';
import { numberFromEnv, urlFromEnv } from '../../support/env.ts';
import { getJson } from '../../support/http.ts';
import { accepts } from '../../support/ports.ts';
import { messageOf } from '../../support/errors.ts';
import { createLogger } from '../telemetry/logger.ts';
import { injectContext, inSpan } from '../telemetry/manual.ts';
import { declareReady } from '../telemetry/readiness.ts';
import { visitorOf } from '../../lab/visitors.ts';
import { nextStart } from './pace.ts';

const arcadeUrl = urlFromEnv('ARCADE_URL');
const pause = 60_000 / numberFromEnv('ROUNDS_PER_MINUTE', 30);
const retry = 250; // ms between attempts until the arcade has played its first round
const timeout = 5_000; // ms for one round

const log = createLogger();

async function play(round: number): Promise<boolean> {
  const visitor = visitorOf(round);
  const attributes = {
    [ATTR_USER_AGENT_ORIGINAL]: visitor.userAgent,
    'browser.plugins': visitor.plugins,
    'client.version': visitor.clientVersion,
  };
  const headers = {
    'user-agent': visitor.userAgent,
    'x-browser-plugins': visitor.plugins,
    'x-client-version': visitor.clientVersion,
  };
  try {
    await inSpan(
      'round',
      { kind: SpanKind.CLIENT, attributes },
      async (span) => {
        span.addEvent('visitor arrived', { 'player.name': visitor.player });
        await getJson(`${arcadeUrl}/play?player=${visitor.player}`, {
          headers: injectContext(headers),
          signal: AbortSignal.timeout(timeout),
        });
      },
      ROOT_CONTEXT,
    );
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
