// Plays one round as a visitor. The visitors and the load of the guide both play this way, so that their rounds differ
// in a trace only by the service that began it.
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { ATTR_USER_AGENT_ORIGINAL } from '@opentelemetry/semantic-conventions';
import type { Visitor } from '../../lab/visitors.ts';
import { getJson } from '../../support/http.ts';
import { injectContext, inSpan } from '../telemetry/manual.ts';

const timeout = 5_000; // ms for one round

/** Plays a round in a new trace. @throws if the arcade does not answer in time, or answers with an error */
export function playRound(arcade: string, { player, userAgent, plugins, clientVersion }: Visitor): Promise<void> {
  const attributes = {
    [ATTR_USER_AGENT_ORIGINAL]: userAgent,
    'browser.plugins': plugins,
    'client.version': clientVersion,
  };
  const headers = { 'user-agent': userAgent, 'x-browser-plugins': plugins, 'x-client-version': clientVersion };
  return inSpan(
    'round',
    { kind: SpanKind.CLIENT, attributes },
    async (span) => {
      span.addEvent('visitor arrived', { 'player.name': player });
      await getJson(`${arcade}/play?player=${player}`, {
        headers: injectContext(headers),
        signal: AbortSignal.timeout(timeout),
      });
    },
    ROOT_CONTEXT,
  );
}
