// Plays extra rounds in the background at the rate that the learner sets. They come from the same mix of visitors as
// the lab's other rounds, and look like them in a trace. Otherwise their own attributes would look like the cause of
// what fails while the load is on.
import { visitorOf } from '../../../../lab/visitors.ts';
import { playRound } from '../../../visitors/round.ts';
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
    await playRound(this.#arcade, visitorOf((this.#round += 1))).catch(() => undefined);
  }
}
