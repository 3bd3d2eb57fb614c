// Which of the seats still to be made there is room for: when that is reckoned anew, and what it was.
import { json } from '../../cdk8s/canonical-json.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import type { Seat, Workshop } from '../api/types.ts';
import type { Clock } from '../engine/reconciler.ts';
import { capacityCondition, capacityUnknown, fitSeats, stillToPlace } from './capacity.ts';
import type { Fit, PodNeed, SeatNeed, Usage } from './capacity.ts';
import type { Cluster } from './cluster.ts';
import type { Node } from './types.ts';
import { placementOf } from './placement.ts';
import { isLeaving } from './seats.ts';

/** How often the nodes are looked at while they are short of room. */
export const CHECK_MS = 30_000;
/** Workshops that look at the same time share what they see. */
const AT_ONCE_MS = 1000;
/** Of as many different labs the needs are kept. */
const MOST_LABS = 50;

/** @throws Error where the lab can't be rendered */
export type SeatNeedOf = (lab?: SomeValues) => SeatNeed;

/** What was reckoned for one generation of a Workshop. */
interface Verdict {
  readonly generation: number | undefined;
  readonly at: number;
  readonly fitting: ReadonlySet<string>;
  readonly saying: ConditionSpec;
}

export interface CapacityCheckInput {
  readonly workshop: Workshop;
  readonly wanted: readonly Seat[];
  /** Names of those of the wanted that have not been made. */
  readonly missing: readonly string[];
  /** The Seats of all Workshops: those that are being made are still to take their room. */
  readonly all: readonly Seat[];
}

export interface CapacityFinding {
  readonly fitting: ReadonlySet<string>;
  /** Where something was found. */
  readonly saying?: ConditionSpec;
  /** Milliseconds until it must be reckoned anew. */
  readonly next?: number;
}

export class CapacityCheck {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #seatNeed: SeatNeedOf;
  readonly #needs = new Map<string, readonly PodNeed[]>();
  readonly #verdicts = new Map<string, Verdict>();

  constructor(options: { readonly cluster: Cluster; readonly clock: Clock; readonly seatNeed: SeatNeedOf }) {
    this.#cluster = options.cluster;
    this.#clock = options.clock;
    this.#seatNeed = options.seatNeed;
  }

  forget(workshop: string): void {
    this.#verdicts.delete(workshop);
  }

  /** Asks the API server only while a seat is to be made that there was no room for, and then only every CHECK_MS. */
  async look(input: CapacityCheckInput): Promise<CapacityFinding> {
    const {
      workshop: {
        metadata: { name, generation },
      },
      missing,
      wanted,
    } = input;
    if (missing.length === 0) {
      this.#verdicts.delete(name);
      return { fitting: new Set(), saying: capacityCondition(wanted.length, wanted.length, { fitting: [] }) };
    }
    const before = this.#verdicts.get(name);
    const stands =
      before?.generation === generation && (missing.every((seat) => before?.fitting.has(seat)) || !this.#isDue(before));
    const verdict = before && stands ? before : await this.#reckon(input);
    this.#verdicts.set(name, verdict);
    const short = missing.some((seat) => !verdict.fitting.has(seat));
    return { ...verdict, ...(short && { next: Math.max(1, verdict.at + CHECK_MS - this.#clock.now()) }) };
  }

  #isDue(verdict: Verdict | undefined): boolean {
    return verdict === undefined || this.#clock.now() - verdict.at >= CHECK_MS;
  }

  async #reckon(input: CapacityCheckInput): Promise<Verdict> {
    const {
      workshop: {
        metadata: { generation },
      },
      wanted,
      missing,
    } = input;
    const [nodes, usage] = await Promise.all([this.#cluster.nodes(CHECK_MS), this.#cluster.usage(AT_ONCE_MS)]);
    const verdict = { generation, at: this.#clock.now() };
    const unknown = (refusal: string): Verdict => ({
      ...verdict,
      fitting: new Set(missing),
      saying: capacityUnknown(refusal),
    });
    if ('refused' in nodes) return unknown(nodes.refused);
    if ('refused' in usage) return unknown(usage.refused);
    const fit = this.#fit(input, nodes.found, usage.found);
    return {
      ...verdict,
      fitting: new Set(fit.fitting),
      saying: capacityCondition(wanted.length, wanted.length - missing.length, fit),
    };
  }

  #fit({ workshop, missing, all }: CapacityCheckInput, nodes: readonly Node[], usage: Usage): Fit {
    const pods = this.#pods(workshop.spec.lab);
    const reserved = all.filter((seat) => !isLeaving(seat)).flatMap((seat) => this.#reservedFor(seat, usage));
    return fitSeats({ nodes, usage, reserved, seats: missing.map((name) => ({ name, pods })) });
  }

  #reservedFor({ spec: { lab }, metadata: { name } }: Seat, usage: Usage): PodNeed[] {
    try {
      return stillToPlace(this.#pods(lab), usage.byNamespace.get(name));
    } catch {
      // Another Workshop's lab that can't be rendered takes no room, and that Workshop says so.
      return [];
    }
  }

  /** Reckoned once for each lab, as it takes rendering one. */
  #pods(lab: SomeValues = {}): readonly PodNeed[] {
    const key = json(lab);
    const pods =
      this.#needs.get(key) ?? this.#seatNeed(lab).pods.map(({ requests }) => ({ requests, ...placementOf(lab) }));
    if (this.#needs.size >= MOST_LABS) this.#needs.clear();
    this.#needs.set(key, pods);
    return pods;
  }
}
