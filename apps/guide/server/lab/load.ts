// Plays extra rounds in the background at the rate that the learner sets. They come from the same mix of visitors as
// the lab's other rounds.
import { call } from '../../../../support/http.ts';
import { visitorOf } from '../../../../lab/visitors.ts';
import { SpanKind } from '@opentelemetry/api';
import { injectContext, inSpan } from '../../../telemetry/manual.ts';
import { inNewTrace } from '../suppress-tracing.ts';

export const maxPerMinute = 120; // rounds

export class Load {
  readonly #arcade: string;
  #timer: NodeJS.Timeout | undefined;
  #round = 0;
  perMinute = 0;

  constructor(arcade: string) {
    this.#arcade = arcade;
  }

  /** Sets the rate of extra rounds. @param perMinute rounds per minute, from 0 to 120 */
  set(perMinute: number): void {
    clearInterval(this.#timer);
    this.perMinute = perMinute;
    this.#timer =
      perMinute === 0 ? undefined : inNewTrace(() => setInterval(() => void this.#play(), 60_000 / perMinute).unref());
  }

  async #play(): Promise<void> {
    const visitor = visitorOf((this.#round += 1));
    const headers = {
      'user-agent': visitor.userAgent,
      'x-browser-plugins': visitor.plugins,
      'x-client-version': visitor.clientVersion,
    };
    const url = `${this.#arcade}/play?player=${visitor.player}`;
    await inSpan('round', { kind: SpanKind.CLIENT }, () =>
      call(url, { headers: injectContext(headers), signal: AbortSignal.timeout(5_000) }),
    ).catch(() => undefined);
  }
}
