// What becomes of a request that a fault hits.
import type { FaultName, Truth } from '../../lab/faults.ts';
import { pluginsOf } from '../../lab/visitors.ts';

/** What is known of a request, and of the process that it has come to. */
export interface Traits {
  readonly version: string;
  readonly pool: string;
  readonly client: string | undefined;
  /** As the header has them, with commas between. */
  readonly plugins: string | undefined;
  readonly roll: number;
}

export interface Effect {
  /** Milliseconds until the answer. */
  readonly delay?: number;
  readonly status?: 400 | 500;
}

const isInSpike = ({ spike }: Truth, { version, client }: Traits): boolean =>
  version === spike.version && client === spike.client;

const isInTimeouts = ({ timeouts }: Truth, { version, pool, plugins: found = '' }: Traits): boolean =>
  version === timeouts.version && pool === timeouts.pool && pluginsOf(found).includes(timeouts.plugin);

/** A budget of 500 ms is exceeded by a little or by much, as where something waits for something else. */
const delayFor = (roll: number): number => 550 + roll * 50;

/** What becomes of a request, given what is on. */
export function effectOf(on: readonly FaultName[], truth: Truth, traits: Traits): Effect {
  return {
    ...(on.includes('timeouts') && isInTimeouts(truth, traits) && { delay: delayFor(traits.roll) }),
    ...(on.includes('spike') && isInSpike(truth, traits) && { status: traits.roll % 2 === 0 ? 500 : 400 }),
  };
}
