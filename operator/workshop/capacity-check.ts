// Checks which of a Workshop's missing Seats fit on the nodes, and decides when to check again.
import { json } from '../../cdk8s/canonical-json.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import type { Seat, Workshop } from '../api/types.ts';
import type { Clock } from '../engine/reconciler.ts';
import { capacityCondition, capacityUnknown, fitSeats, unscheduledPods } from './capacity.ts';
import type { Fit, PodRequirements, SeatRequirements, Usage } from './capacity.ts';
import type { ClusterReader } from './cluster-reader.ts';
import type { Node } from '../../kubernetes/types.ts';
import { placementOf } from './placement.ts';
import { isDeleting } from './seats.ts';

/** Milliseconds between two checks, while some seats do not fit on the nodes. */
export const CHECK_MS = 30_000;
/** Milliseconds for which a list of pods is reused. So Workshops that check at the same time share one list. */
const SHARED_MS = 1000;
/** Maximum number of different labs whose resource requirements are cached. */
const CACHE_SIZE = 50;

/**
 * Function that returns the resources that a seat with this lab needs on the nodes.
 * @throws Error if the lab can't be rendered
 */
export type SeatRequirementsOf = (lab?: SomeValues) => SeatRequirements;

/** The result of a capacity check, valid for one generation of a Workshop. */
interface Verdict {
  readonly generation: number | undefined;
  readonly at: number;
  readonly fitting: ReadonlySet<string>;
  readonly condition: ConditionSpec;
}

export interface CapacityCheckInput {
  readonly workshop: Workshop;
  readonly wanted: readonly Seat[];
  /** Names of the wanted Seats that do not exist. */
  readonly missing: readonly string[];
  /** The Seats of all Workshops, because Seats of other Workshops that are being created need resources too. */
  readonly all: readonly Seat[];
}

export interface CapacityResult {
  readonly fitting: ReadonlySet<string>;
  /** The condition CapacityAvailable. Unset if the check failed. */
  readonly condition?: ConditionSpec;
  /** Milliseconds until the next check. */
  readonly next?: number;
}

export class CapacityCheck {
  readonly #cluster: ClusterReader;
  readonly #clock: Clock;
  readonly #seatRequirements: SeatRequirementsOf;
  readonly #requirements = new Map<string, readonly PodRequirements[]>();
  readonly #verdicts = new Map<string, Verdict>();

  constructor(options: {
    readonly cluster: ClusterReader;
    readonly clock: Clock;
    readonly seatRequirements: SeatRequirementsOf;
  }) {
    this.#cluster = options.cluster;
    this.#clock = options.clock;
    this.#seatRequirements = options.seatRequirements;
  }

  forget(workshop: string): void {
    this.#verdicts.delete(workshop);
  }

  /**
   * Checks which missing Seats fit on the nodes. Sends requests only while a missing Seat does not fit, and then at
   * most one check every CHECK_MS.
   */
  async check(input: CapacityCheckInput): Promise<CapacityResult> {
    const {
      workshop: {
        metadata: { name, generation },
      },
      missing,
      wanted,
    } = input;
    if (missing.length === 0) {
      this.#verdicts.delete(name);
      return { fitting: new Set(), condition: capacityCondition(wanted.length, wanted.length, { fitting: [] }) };
    }
    const before = this.#verdicts.get(name);
    const isValid =
      before?.generation === generation && (missing.every((seat) => before?.fitting.has(seat)) || !this.#isDue(before));
    const verdict = before && isValid ? before : await this.#compute(input);
    this.#verdicts.set(name, verdict);
    const short = missing.some((seat) => !verdict.fitting.has(seat));
    return { ...verdict, ...(short && { next: Math.max(1, verdict.at + CHECK_MS - this.#clock.now()) }) };
  }

  #isDue(verdict: Verdict | undefined): boolean {
    return verdict === undefined || this.#clock.now() - verdict.at >= CHECK_MS;
  }

  async #compute(input: CapacityCheckInput): Promise<Verdict> {
    const {
      workshop: {
        metadata: { generation },
      },
      wanted,
      missing,
    } = input;
    const [nodes, usage] = await Promise.all([this.#cluster.nodes(CHECK_MS), this.#cluster.usage(SHARED_MS)]);
    const verdict = { generation, at: this.#clock.now() };
    const unknown = (denial: string): Verdict => ({
      ...verdict,
      fitting: new Set(missing),
      condition: capacityUnknown(denial),
    });
    if ('denied' in nodes) return unknown(nodes.denied);
    if ('denied' in usage) return unknown(usage.denied);
    const fit = this.#fit(input, nodes.value, usage.value);
    return {
      ...verdict,
      fitting: new Set(fit.fitting),
      condition: capacityCondition(wanted.length, wanted.length - missing.length, fit),
    };
  }

  #fit({ workshop, missing, all }: CapacityCheckInput, nodes: readonly Node[], usage: Usage): Fit {
    const pods = this.#pods(workshop.spec.lab);
    const reserved = all.filter((seat) => !isDeleting(seat)).flatMap((seat) => this.#reservedFor(seat, usage));
    return fitSeats({ nodes, usage, reserved, seats: missing.map((name) => ({ name, pods })) });
  }

  #reservedFor({ spec: { lab }, metadata: { name } }: Seat, usage: Usage): PodRequirements[] {
    try {
      return unscheduledPods(this.#pods(lab), usage.byNamespace.get(name));
    } catch {
      // The lab of another Workshop can't be rendered, so no resources are reserved for its Seat. The other Workshop's
      // own status reports the problem.
      return [];
    }
  }

  /** Returns the resources that the pods of a lab need. Caches the result, because rendering a lab takes long. */
  #pods(lab: SomeValues = {}): readonly PodRequirements[] {
    const key = json(lab);
    const pods =
      this.#requirements.get(key) ??
      this.#seatRequirements(lab).pods.map(({ requests }) => ({ requests, ...placementOf(lab) }));
    if (this.#requirements.size >= CACHE_SIZE) this.#requirements.clear();
    this.#requirements.set(key, pods);
    return pods;
  }
}
