// Asks the guide why a part of the page is empty: the same diagnosis as on the page "Why is there no telemetry?".
import type { DiagnosedPart, PipelineHop } from '../../contract.ts';
import { get } from '../api.ts';
import { firstBroken, partsFor, reasonInWords } from '../hops.ts';
import type { Missing } from '../hops.ts';

/** Milliseconds for which an answer is good. A diagnosis sends telemetry and takes some seconds. */
const FRESH = 30_000;

const NOTHING_BROKEN: Readonly<Record<Missing, string>> = {
  all: 'Every hop works now, so something should come soon.',
  dice: 'Every hop works, so nobody asks dice. To do: play a round, or add visitors, on the page Lab.',
};

export class Reason {
  readonly #part: DiagnosedPart;
  readonly #onAnswer: () => void;
  #hops: readonly PipelineHop[] | undefined;
  #asked = -Infinity;

  /** @param onAnswer is called when the guide has answered */
  constructor(part: DiagnosedPart, onAnswer: () => void) {
    this.#part = part;
    this.#onAnswer = onAnswer;
  }

  /** Returns the likeliest reason in words, as far as it is known, and asks for it. */
  text(missing: Missing): string {
    if (Date.now() - this.#asked > FRESH) void this.#ask();
    if (!this.#hops) return 'Asking each hop…';
    const hop = firstBroken(this.#hops, this.#part, missing);
    return hop ? reasonInWords(hop) : NOTHING_BROKEN[missing];
  }

  /** Forgets the reason, because nothing is missing any more. */
  forget(): void {
    this.#hops = undefined;
    this.#asked = -Infinity;
  }

  async #ask(): Promise<void> {
    this.#asked = Date.now();
    const answer = await get<{ hops: PipelineHop[] }>(`api/why?of=${partsFor(this.#part).join(',')}`).catch(
      () => undefined,
    );
    if (!answer) return;
    this.#hops = answer.hops;
    this.#onAnswer();
  }
}
