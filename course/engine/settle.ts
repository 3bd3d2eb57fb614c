// Repeats a look at the lab until the answer is certain. A check that sees nothing asks each hop from dice to Jaeger,
// and stops as soon as one of them is broken.
import { setTimeout as delay } from 'node:timers/promises';
import type { PipelineHop, Verdict, VerdictHop } from '../../apps/guide/contract.ts';
import type { Arrival } from './arrival.ts';
import type { Look, Nothing } from './check.ts';
import { allMet, verdictOf } from './findings.ts';

export interface SettleOptions {
  readonly nothing: Nothing;
  readonly arrival: Arrival;
  /** Time limit in milliseconds. */
  readonly patience: number;
  why(): Promise<PipelineHop[]>;
}

const pause = 200; // ms between two looks

export async function settle(look: () => Promise<Look>, options: SettleOptions): Promise<Verdict> {
  const begun = Date.now();
  const end = begun + options.patience;
  const diagnosis = new Diagnosis(options);
  for (;;) {
    const { findings, certain, traceId } = await look();
    const [isEmpty, isOver, waited] = [findings.length === 0, Date.now() + pause > end, Date.now() - begun];
    if (!isEmpty && (certain || isOver || allMet(findings))) return verdictOf(findings, traceId);
    if (isOver) return diagnosis.finish(waited);
    const broken = isEmpty ? diagnosis.look(waited) : undefined;
    if (broken) return broken;
    await delay(pause);
  }
}

/** Asks, in the background, which hop from dice to Jaeger is broken. */
class Diagnosis {
  readonly #options: SettleOptions;
  #asked: Promise<void> | undefined;
  #broken: PipelineHop | undefined;
  /** Milliseconds without telemetry after which a hop may be broken. */
  readonly #after: number;

  constructor(options: SettleOptions) {
    this.#options = options;
    this.#after = Math.min(options.arrival.within + 1_000, options.patience / 2);
  }

  /** Begins to ask after a while. @returns the verdict once a hop is known to be broken */
  look(waited: number): Verdict | undefined {
    if (waited > this.#after) this.#start();
    return this.#broken && this.#verdict(waited);
  }

  #start(): void {
    this.#asked ??= this.#options.why().then((hops) => {
      this.#broken = hops.find(({ ok }) => !ok);
    });
  }

  async finish(waited: number): Promise<Verdict> {
    this.#start();
    await this.#asked;
    return this.#verdict(waited);
  }

  #verdict(waited: number): Verdict {
    const { nothing, arrival } = this.#options;
    const { expected, hint, id = 'telemetry/none' } = nothing;
    const broken = this.#broken;
    if (broken) {
      const hop = HOPS[broken.name];
      const finding = broken.finding ?? hop;
      return { passed: false, hop, finding, expected, found: hopInWords(broken), hint: broken.todo ?? hint };
    }
    const slow = arrival.reason === '' ? '' : `: ${arrival.reason}`;
    const found = `none within ${(waited / 1000).toFixed(0)} s${slow}, though every hop from dice to Jaeger works`;
    return { passed: false, hop: 'shape', finding: id, expected, found, hint };
  }
}

const HOPS: Readonly<Record<PipelineHop['name'], VerdictHop>> = {
  sdk: 'pod',
  exporter: 'pod',
  collector: 'collector',
  jaeger: 'jaeger',
  // What the guide or Prometheus does not get, the Collector does not send.
  guide: 'collector',
  prometheus: 'collector',
};

/** The subjects of what a hop says. Those in dice name a setting, or something in app.ts, themselves. */
const SUBJECTS: Partial<Record<PipelineHop['name'], string>> = {
  collector: 'the Collector',
  jaeger: 'Jaeger',
  guide: 'the guide',
  prometheus: 'Prometheus',
};

/** Returns what a hop says as a text that makes sense without the hop's name before it. */
export function hopInWords({ name, says }: PipelineHop): string {
  const subject = SUBJECTS[name];
  if (subject === undefined || says.startsWith('collector.yaml')) return says;
  return `${subject}${says.startsWith('its ') ? ':' : ''} ${says}`;
}
