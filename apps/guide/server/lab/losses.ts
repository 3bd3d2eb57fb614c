// Gathers what was lost on its way from dice to the pages: in dice, by its own report; in the Collector, by its metrics
// and its log; and in the guide.
import { lossInWords } from '../../losses.ts';
import type { HopLoss, PipelineHop } from '../../contract.ts';
import type { Dropped } from '../../explore-contract.ts';
import type { Loss } from '../../../telemetry/report.ts';
import type { Crash } from '../pods/phase.ts';
import { suppressTracing } from '../suppress-tracing.ts';
import type { PipelineSources } from './pipeline-sources.ts';

type LossSources = Pick<PipelineSources, 'report' | 'collectorLosses' | 'telemetry'>;

/** Milliseconds for which a loss still explains what is missing now. */
export const RECENT = 120_000;

/** What was lost before it came to the guide. */
interface Elsewhere {
  readonly dice: readonly Dropped[];
  readonly collector: readonly Dropped[];
}

/** Returns what was lost of all signals. */
export const lossesOf = async (sources: LossSources): Promise<Dropped[]> => together(await elsewhere(sources), sources);

async function elsewhere({ report, collectorLosses }: LossSources): Promise<Elsewhere> {
  const [dice, collector = []] = await Promise.all([
    report?.().catch(() => undefined),
    collectorLosses?.().catch(() => undefined),
  ]);
  return { dice: (dice?.losses ?? []).map(diceLoss), collector };
}

function together({ dice, collector }: Elsewhere, { telemetry }: LossSources): Dropped[] {
  const guide = (['metrics', 'logs'] as const).flatMap((signal) => telemetry?.losses(signal) ?? []);
  return [...dice, ...merged(collector, guide)];
}

/** Returns a loss that dice reports. */
export function diceLoss({ signal, at, message, count, ago }: Loss): Dropped {
  const last = Date.now() - ago;
  if (at === 'queue') return { signal, hop: 'sdk', reason: 'full', count, last };
  return { signal, hop: 'exporter', reason: 'refused', count, last, example: message };
}

/**
 * Returns the losses of the Collector and the guide. The guide knows how many requests it refused, and the Collector
 * how many log records were in them. Both are one loss.
 */
function merged(collector: readonly Dropped[], guide: readonly Dropped[]): Dropped[] {
  const isSame = (one: Dropped, other: Dropped) =>
    ['size', 'format'].includes(one.reason) &&
    other.reason === 'refused' &&
    other.to === 'the guide' &&
    other.signal === one.signal;
  const rest = collector.filter((one) => !guide.some((other) => isSame(other, one)));
  const known = guide.map((one) => {
    const items = collector.find((other) => isSame(one, other))?.count;
    return items === undefined ? one : { ...one, items };
  });
  return [...rest, ...known];
}

/** Returns the hop with what it has lost. What a hop is broken by stands there already. */
export function withLosses(hop: PipelineHop, all: readonly Dropped[], now = Date.now()): PipelineHop {
  if (!hop.ok) return hop;
  const losses = all.filter((one) => one.signal === hop.signal && one.hop === hop.name && explains(one));
  return losses.length === 0 ? hop : { ...hop, losses: losses.map((one) => hopLoss(one, now)) };
}

/** Returns the SDK's hop with a crash of dice, which lost what it had not sent. Any other hop stays as it is. */
export function withCrash(hop: PipelineHop, crash: Crash | undefined): PipelineHop {
  if (!crash || hop.name !== 'sdk' || !hop.ok) return hop;
  const loss = { says: `${crash.says}. What dice had not sent by then is lost`, isRecent: crash.ago < RECENT };
  return { ...hop, losses: [...(hop.losses ?? []), loss] };
}

/** Returns whether something is missing because of a loss. What the Collector sends again, or what got old, is not. */
const explains = ({ reason }: Dropped): boolean => !['age', 'busy', 'cut'].includes(reason);

export const hopLoss = (dropped: Dropped, now: number): HopLoss => ({
  ...lossInWords(dropped),
  isRecent: dropped.last !== undefined && now - dropped.last < RECENT,
});

/** How long what was found in dice and in the Collector is good for other requests, in milliseconds. */
const FRESH = 4_000;

/** Knows the newest losses for pages, which ask every second. An answer does not wait for dice or the Collector. */
export class NewestLosses {
  readonly #sources: LossSources;
  #elsewhere: Elsewhere = { dice: [], collector: [] };
  #asked = -Infinity;

  constructor(sources: LossSources) {
    this.#sources = sources;
  }

  /** Returns what was lost of a signal. The charts also depend on the spans that dice loses. */
  of(signal: 'metrics' | 'logs' | 'charts'): Dropped[] {
    if (Date.now() - this.#asked > FRESH) void this.#ask();
    const all = together(this.#elsewhere, this.#sources);
    if (signal !== 'charts') return all.filter((one) => one.signal === signal);
    return all.filter((one) => one.signal === 'metrics' || (one.signal === 'traces' && one.hop !== 'collector'));
  }

  async #ask(): Promise<void> {
    this.#asked = Date.now();
    this.#elsewhere = await suppressTracing(() => elsewhere(this.#sources));
  }
}
