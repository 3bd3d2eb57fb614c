// Decides how the active faults affect a request to prizes.
import type { FaultName, Truth } from '../../lab/faults.ts';
import { pluginsOf } from '../../lab/visitors.ts';

/** Properties of a request and of the prizes process that handles it. */
export interface Traits {
  readonly version: string;
  readonly pool: string;
  readonly client: string | undefined;
  /** Value of the header x-browser-plugins: names separated by commas. */
  readonly plugins: string | undefined;
  readonly roll: number;
}

export interface Effect {
  /** Milliseconds by which prizes delays the response. */
  readonly delay?: number;
  readonly status?: 400 | 500;
}

const isInSpike = ({ spike }: Truth, { version, client }: Traits): boolean =>
  version === spike.version && client === spike.client;

const isInTimeouts = ({ timeouts }: Truth, { version, pool, plugins: found = '' }: Traits): boolean =>
  version === timeouts.version && pool === timeouts.pool && pluginsOf(found).includes(timeouts.plugin);

/**
 * Returns a delay in milliseconds. Each delay is longer than the arcade's time budget of 500 ms. The delays vary,
 * because they depend on the roll.
 */
const delayFor = (roll: number): number => 550 + roll * 50;

/** Returns the effect of the active faults on a request. The result is empty if the faults don't affect the request. */
export function effectOf(on: readonly FaultName[], truth: Truth, traits: Traits): Effect {
  return {
    ...(on.includes('timeouts') && isInTimeouts(truth, traits) && { delay: delayFor(traits.roll) }),
    ...(on.includes('spike') && isInSpike(truth, traits) && { status: traits.roll % 2 === 0 ? 500 : 400 }),
  };
}
