// The requests that try the isolation of a Workshop's seats, and when that is done.
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { LABELS, RELEASE } from '../api/types.ts';
import type { Seat, Workshop } from '../api/types.ts';
import { isAlreadyExists, isConflict, isForbidden, isNotFound } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { Clock } from '../engine/reconciler.ts';
import {
  PROBE,
  PROBE_SECONDS,
  answerOf,
  foreignTargets,
  probeFailed,
  probePod,
  stuckText,
  verdict,
} from './isolation.ts';
import type { Served, Service } from './isolation.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { isReady, isSettled, uidOf } from './seats.ts';

/** How often a running pod is asked for. */
const POLL_MS = 1000;
/** A network may take a moment to follow new policies: what is not good is looked at once more. */
const AGAIN_MS = 60_000;
const HOURLY_MS = 3_600_000;

interface Running {
  readonly pod: { readonly name: string; readonly namespace: string };
  readonly uid: string;
  readonly from: string;
  readonly to: string;
  readonly since: number;
}

/** Of one Workshop, since this process began. */
interface State {
  /** How often it was begun: each time between other seats. */
  readonly round: number;
  readonly generation: number | undefined;
  readonly running?: Running | undefined;
  readonly nextAt: number;
  /** The last answer was not good, and has been looked at once more. */
  readonly repeated: boolean;
}

export interface Looked {
  /** Where there is a new answer. */
  readonly saying?: ConditionSpec;
  /** Milliseconds until it must be looked at again. */
  readonly next?: number;
}

export class IsolationCheck {
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #states = new Map<string, State>();

  constructor(api: Api, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  forget(workshop: string): void {
    this.#states.delete(workshop);
  }

  /**
   * Tries it once two of the seats are Ready, whenever the Workshop's generation has changed, when this process has only begun, and
   * every hour.
   */
  async look(workshop: Workshop, seats: readonly Seat[]): Promise<Looked> {
    const { name, generation } = workshop.metadata;
    const before = this.#states.get(name) ?? { round: 0, generation, nextAt: 0, repeated: false };
    if (before.running) return this.#follow(workshop, before, before.running);
    const ready = seats.filter((seat) => isReady(seat) && isSettled(seat));
    const from = ready[before.round % ready.length];
    const to = ready[(before.round + 1) % ready.length];
    if (!from || !to || from === to) return {};
    const state = before.generation === generation ? before : { ...before, generation, nextAt: 0, repeated: false };
    const wait = state.nextAt - this.#clock.now();
    return wait > 0 ? { next: wait } : this.#begin(workshop, { ...state, round: state.round + 1 }, { from, to });
  }

  async #begin(
    workshop: Workshop,
    state: State,
    { from, to }: { readonly from: Seat; readonly to: Seat },
  ): Promise<Looked> {
    try {
      await this.#removeLeftovers(workshop);
      const where = { namespace: to.metadata.name, labelSelector: `app.kubernetes.io/instance=${RELEASE}` };
      const [services, pods] = await Promise.all([
        this.#api.list<Service>(KINDS.Service, where),
        this.#api.list<Served>(KINDS.Pod, where),
      ]);
      const pod = await this.#api.create(probePod(workshop, from, foreignTargets(services, pods)));
      const running: Running = {
        pod: { name: PROBE, namespace: from.metadata.name },
        uid: uidOf(pod),
        from: from.metadata.name,
        to: to.metadata.name,
        since: this.#clock.now(),
      };
      this.#states.set(workshop.metadata.name, { ...state, running });
      return { next: POLL_MS };
    } catch (error) {
      if (isAlreadyExists(error)) return { next: POLL_MS };
      if (isForbidden(error) || isNotFound(error)) return this.#end(workshop, state, probeFailed(`${error.message}.`));
      throw error;
    }
  }

  /** Of a process that ended while it tried. */
  async #removeLeftovers(workshop: Workshop): Promise<void> {
    const labelSelector = `${LABELS.workshop}=${workshop.metadata.name},${LABELS.component}=${PROBE}`;
    const pods = await this.#api.list<Pod>(KINDS.Pod, { labelSelector });
    await Promise.all(
      pods.map(({ metadata: { name, namespace = '' } }) => this.#api.delete(KINDS.Pod, { name, namespace })),
    );
  }

  async #follow(workshop: Workshop, state: State, running: Running): Promise<Looked> {
    const pod = await this.#podOf(running);
    const answer = pod ? answerOf(pod) : 'its pod was removed.';
    const isLate = this.#clock.now() - running.since >= PROBE_SECONDS * 1000;
    if (answer === undefined && !isLate) return { next: POLL_MS };
    await this.#remove(running);
    if (typeof answer === 'object')
      return this.#end(workshop, state, verdict(answer, { ...running, at: this.#clock.now() }));
    return this.#end(workshop, state, probeFailed(answer ?? stuckText(pod)));
  }

  /** The very pod that was made. Where the seat is going, so are the rights in its namespace. */
  async #podOf({ pod: { name, namespace }, uid }: Running): Promise<Pod | undefined> {
    try {
      const pod = await this.#api.get<Pod>(KINDS.Pod, name, namespace);
      return pod?.metadata.uid === uid ? pod : undefined;
    } catch (error) {
      if (isForbidden(error)) return undefined;
      throw error;
    }
  }

  async #remove({ pod, uid }: Running): Promise<void> {
    try {
      await this.#api.delete(KINDS.Pod, pod, { uid });
    } catch (error) {
      if (!isForbidden(error) && !isConflict(error)) throw error;
    }
  }

  #end(workshop: Workshop, state: State, saying: ConditionSpec): Looked {
    const isGood = saying.status === 'True';
    const next = isGood || state.repeated ? HOURLY_MS : AGAIN_MS;
    this.#states.set(workshop.metadata.name, {
      ...state,
      running: undefined,
      repeated: !isGood,
      nextAt: this.#clock.now() + next,
    });
    return { saying, next };
  }
}
