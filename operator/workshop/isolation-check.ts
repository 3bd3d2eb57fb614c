// Runs the isolation test between two seats of a Workshop, and decides when to repeat the test.
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
  probeAnswer,
  foreignTargets,
  testFailed,
  probePod,
  timeoutText,
  verdict,
} from './isolation-pod.ts';
import type { Pod, Service } from '../../kubernetes/types.ts';
import { isReady, isSettled, uidOf } from './seats.ts';

/** Milliseconds between two reads of the isolation test's pod, while the pod runs. */
const POLL_MS = 1000;
/** Milliseconds until a failed isolation test is repeated. A network may take a moment to apply new policies. */
const REPEAT_MS = 60_000;
const HOURLY_MS = 3_600_000;

interface RunningTest {
  readonly pod: { readonly name: string; readonly namespace: string };
  readonly uid: string;
  readonly from: string;
  readonly to: string;
  readonly since: number;
}

/** What this process knows about the isolation tests of a Workshop. */
interface TestState {
  /** Number of tests that this process has started. It determines which two seats the next test uses. */
  readonly round: number;
  readonly generation: number | undefined;
  readonly running?: RunningTest | undefined;
  readonly nextAt: number;
  /**
   * Whether the most recent test failed. After two failed tests in a row, the next test runs after an hour instead of a
   * minute.
   */
  readonly repeated: boolean;
}

export interface IsolationResult {
  /** The condition with the new result. Unset if there is no new result. */
  readonly condition?: ConditionSpec;
  /** Milliseconds until this check must run again. */
  readonly next?: number;
}

export class IsolationCheck {
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #states = new Map<string, TestState>();

  constructor(api: Api, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  forget(workshop: string): void {
    this.#states.delete(workshop);
  }

  /**
   * Starts an isolation test between two Ready seats, or continues a running test. It starts a test after a start of
   * this process, after each change of the Workshop's spec, and every hour.
   */
  async check(workshop: Workshop, seats: readonly Seat[]): Promise<IsolationResult> {
    const { name, generation } = workshop.metadata;
    const before = this.#states.get(name) ?? { round: 0, generation, nextAt: 0, repeated: false };
    if (before.running) return this.#follow(workshop, before, before.running);
    const ready = seats.filter((seat) => isReady(seat) && isSettled(seat));
    const from = ready[before.round % ready.length];
    const to = ready[(before.round + 1) % ready.length];
    if (!from || !to || from === to) return {};
    const state = before.generation === generation ? before : { ...before, generation, nextAt: 0, repeated: false };
    const wait = state.nextAt - this.#clock.now();
    return wait > 0 ? { next: wait } : this.#start(workshop, { ...state, round: state.round + 1 }, { from, to });
  }

  async #start(
    workshop: Workshop,
    state: TestState,
    { from, to }: { readonly from: Seat; readonly to: Seat },
  ): Promise<IsolationResult> {
    try {
      await this.#removeLeftovers(workshop);
      const where = { namespace: to.metadata.name, labelSelector: `app.kubernetes.io/instance=${RELEASE}` };
      const [services, pods] = await Promise.all([
        this.#api.list<Service>(KINDS.Service, where),
        this.#api.list<Pod>(KINDS.Pod, where),
      ]);
      const pod = await this.#api.create(probePod(workshop, from, foreignTargets(services, pods)));
      const running: RunningTest = {
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
      if (isForbidden(error) || isNotFound(error)) return this.#end(workshop, state, testFailed(`${error.message}.`));
      throw error;
    }
  }

  /** Deletes test pods that an earlier operator process has left behind. */
  async #removeLeftovers(workshop: Workshop): Promise<void> {
    const labelSelector = `${LABELS.workshop}=${workshop.metadata.name},${LABELS.component}=${PROBE}`;
    const pods = await this.#api.list<Pod>(KINDS.Pod, { labelSelector });
    await Promise.all(
      pods.map(({ metadata: { name, namespace = '' } }) => this.#api.delete(KINDS.Pod, { name, namespace })),
    );
  }

  async #follow(workshop: Workshop, state: TestState, running: RunningTest): Promise<IsolationResult> {
    const pod = await this.#podOf(running);
    const answer = pod ? probeAnswer(pod) : 'somebody deleted its pod.';
    const isLate = this.#clock.now() - running.since >= PROBE_SECONDS * 1000;
    if (answer === undefined && !isLate) return { next: POLL_MS };
    await this.#remove(running);
    if (typeof answer === 'object')
      return this.#end(workshop, state, verdict(answer, { ...running, at: this.#clock.now() }));
    return this.#end(workshop, state, testFailed(answer ?? timeoutText(pod)));
  }

  /**
   * Returns the live pod of the isolation test, if its uid is still the same. Returns undefined if the operator may no
   * longer read the pod, because the seat is being deleted.
   */
  async #podOf({ pod: { name, namespace }, uid }: RunningTest): Promise<Pod | undefined> {
    try {
      const pod = await this.#api.get<Pod>(KINDS.Pod, name, namespace);
      return pod?.metadata.uid === uid ? pod : undefined;
    } catch (error) {
      if (isForbidden(error)) return undefined;
      throw error;
    }
  }

  async #remove({ pod, uid }: RunningTest): Promise<void> {
    try {
      await this.#api.delete(KINDS.Pod, pod, { uid });
    } catch (error) {
      if (!isForbidden(error) && !isConflict(error)) throw error;
    }
  }

  #end(workshop: Workshop, state: TestState, condition: ConditionSpec): IsolationResult {
    const isGood = condition.status === 'True';
    const next = isGood || state.repeated ? HOURLY_MS : REPEAT_MS;
    this.#states.set(workshop.metadata.name, {
      ...state,
      running: undefined,
      repeated: !isGood,
      nextAt: this.#clock.now() + next,
    });
    return { condition, next };
  }
}
