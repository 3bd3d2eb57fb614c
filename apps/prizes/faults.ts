// The effect of a fault on a request.
import type { FaultName, Truth } from '../../lab/faults.ts';
import { pluginsOf } from '../../lab/visitors.ts';

/** Facts about a request, and about the process that handles it. */
export interface Traits {
  readonly version: string;
  readonly pool: string;
  readonly client: string | undefined;
  /** The header's value: names separated by commas. */
  readonly plugins: string | undefined;
  readonly roll: number;
}

export interface Effect {
  /** Milliseconds to wait before the response. */
  readonly delay?: number;
  readonly status?: 400 | 500;
}

const isInSpike = ({ spike }: Truth, { version, client }: Traits): boolean =>
  version === spike.version && client === spike.client;

const isInTimeouts = ({ timeouts }: Truth, { version, pool, plugins: found = '' }: Traits): boolean =>
  version === timeouts.version && pool === timeouts.pool && pluginsOf(found).includes(timeouts.plugin);

/** Milliseconds, all above the budget of 500. They vary, as delays do when one service waits for another. */
const delayFor = (roll: number): number => 550 + roll * 50;

/** The effect that the active faults have on a request. */
export function effectOf(on: readonly FaultName[], truth: Truth, traits: Traits): Effect {
  return {
    ...(on.includes('timeouts') && isInTimeouts(truth, traits) && { delay: delayFor(traits.roll) }),
    ...(on.includes('spike') && isInSpike(truth, traits) && { status: traits.roll % 2 === 0 ? 500 : 400 }),
  };
}
