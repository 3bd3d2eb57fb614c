// Runs the isolation test between two seats of a Workshop, and decides when to repeat the test. If a seat keeps the
// test's pod from running, the next seat runs it.
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { LABELS, RELEASE } from '../api/types.ts';
import type { Seat, Workshop } from '../api/types.ts';
import { isConflict, isForbidden, isNotFound } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { Clock } from '../engine/reconciler.ts';
import { noSeatRuns, testFailed, verdict } from './isolation-condition.ts';
import { PROBE, PROBE_SECONDS, probeAnswer, probePod, timeoutText } from './isolation-pod.ts';
import type { SeatPair } from './isolation-pod.ts';
import { MAX_TARGETS, foreignTargets } from './isolation-targets.ts';
import type { Surroundings } from './isolation-targets.ts';
import type { Pod, Service } from '../../kubernetes/types.ts';
import { isReady, isSettled, uidOf } from './seats.ts';

/** Milliseconds between two reads of the isolation test's pod, while the pod runs. */
const POLL_MS = 1000;
/** Milliseconds until a failed isolation test is repeated. A network may take a moment to apply new policies. */
const REPEAT_MS = 60_000;
const HOURLY_MS = 3_600_000;
/** Number of seats in which one test tries to run its pod. The next test goes on with the seats after these. */
const MAX_SEATS = 5;

interface RunningTest {
  readonly pod: { readonly name: string; readonly namespace: string };
  readonly uid: string;
  readonly from: string;
  readonly to: string;
  readonly since: number;
  /** Number of targets that did not fit into the test. */
  readonly leftOut: number;
}

/** What this process knows about the isolation tests of a Workshop. */
interface TestState {
  /** Number of pods that this process has tried to start. It determines which two seats the next pod uses. */
  readonly round: number;
  readonly generation: number | undefined;
  readonly running?: RunningTest | undefined;
  readonly nextAt: number;
  /** Why the seats that this test has tried so far did not run its pod. */
  readonly refusals: readonly string[];
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

export interface IsolationOptions {
  readonly api: Api;
  readonly clock: Clock;
  /** Name of the namespace that the operator runs in. */
  readonly namespace: string;
}

const FIRST = { round: 0, nextAt: 0, refusals: [], repeated: false } as const;

/** Selects the objects of a seat's lab, without what the attendee has added. */
const LAB = `app.kubernetes.io/instance=${RELEASE}`;
/** Selects the operator, and labs in its namespace. */
const RELEASES = 'app.kubernetes.io/name=intro-otel';

const isReadyNow = (seat: Seat): boolean => isReady(seat) && isSettled(seat);

/** A Workshop and those of its seats that are Ready. */
interface Candidates {
  readonly workshop: Workshop;
  readonly ready: readonly Seat[];
}

function pairOf(ready: readonly Seat[], round: number): SeatPair | undefined {
  const [from, to] = [ready[round % ready.length], ready[(round + 1) % ready.length]];
  return from && to && from !== to ? { from, to } : undefined;
}

const refused = (state: TestState, seat: string, cause: string): TestState => ({
  ...state,
  running: undefined,
  refusals: [...state.refusals, `Seat ${seat}: ${cause}`],
});

export class IsolationCheck {
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #namespace: string;
  readonly #states = new Map<string, TestState>();

  constructor({ api, clock, namespace }: IsolationOptions) {
    this.#api = api;
    this.#clock = clock;
    this.#namespace = namespace;
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
    const before = this.#states.get(name) ?? { ...FIRST, generation };
    const ready = seats.filter(isReadyNow);
    if (before.running) return this.#follow({ workshop, ready }, before, before.running);
    if (ready.length < 2) return {};
    const state = before.generation === generation ? before : { ...before, generation, nextAt: 0, repeated: false };
    const wait = state.nextAt - this.#clock.now();
    return wait > 0 ? { next: wait } : this.#start({ workshop, ready }, state);
  }

  /** Starts the pod in the first seat that accepts it. */
  async #start({ workshop, ready }: Candidates, state: TestState): Promise<IsolationResult> {
    const pair = pairOf(ready, state.round);
    if (!pair || state.refusals.length >= Math.min(ready.length, MAX_SEATS))
      return this.#end(workshop, state, noSeatRuns(state.refusals, ready.length));
    const next = { ...state, round: state.round + 1 };
    const running = await this.#run(workshop, pair);
    if (typeof running === 'string')
      return this.#start({ workshop, ready }, refused(next, pair.from.metadata.name, running));
    this.#states.set(workshop.metadata.name, { ...next, running });
    return { next: POLL_MS };
  }

  /** Creates the pod. Returns the reason if the seat does not accept the pod. */
  async #run(workshop: Workshop, pair: SeatPair): Promise<RunningTest | string> {
    try {
      await this.#removeLeftovers(workshop);
      return await this.#create(workshop, pair);
    } catch (error) {
      if (isForbidden(error) || isNotFound(error)) return `${error.message}.`;
      throw error;
    }
  }

  async #create(workshop: Workshop, { from, to }: SeatPair): Promise<RunningTest> {
    const [seat, operator] = await Promise.all([
      this.#surroundings(to.metadata.name, LAB),
      this.#surroundings(this.#namespace, RELEASES),
    ]);
    const targets = foreignTargets(seat, operator);
    const pod = await this.#api.create(probePod(workshop, { from, to }, targets.slice(0, MAX_TARGETS)));
    return {
      pod: { name: pod.metadata.name, namespace: from.metadata.name },
      uid: uidOf(pod),
      from: from.metadata.name,
      to: to.metadata.name,
      since: this.#clock.now(),
      leftOut: Math.max(0, targets.length - MAX_TARGETS),
    };
  }

  async #surroundings(namespace: string, labelSelector: string): Promise<Surroundings> {
    const [services, pods] = await Promise.all([
      this.#api.list<Service>(KINDS.Service, { namespace, labelSelector }),
      this.#api.list<Pod>(KINDS.Pod, { namespace, labelSelector }),
    ]);
    return { services, pods };
  }

  /** Deletes test pods that an earlier operator process has left behind. */
  async #removeLeftovers(workshop: Workshop): Promise<void> {
    const labelSelector = `${LABELS.workshop}=${workshop.metadata.name},${LABELS.component}=${PROBE}`;
    const pods = await this.#api.list<Pod>(KINDS.Pod, { labelSelector });
    await Promise.all(
      pods.map(({ metadata: { name, namespace = '' } }) => this.#api.delete(KINDS.Pod, { name, namespace })),
    );
  }

  async #follow(candidates: Candidates, state: TestState, running: RunningTest): Promise<IsolationResult> {
    const { workshop } = candidates;
    const pod = await this.#podOf(running);
    if (pod === undefined) return this.#start(candidates, refused(state, running.from, 'somebody deleted its pod.'));
    const answer = probeAnswer(pod);
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
      refusals: [],
      repeated: !isGood,
      nextAt: this.#clock.now() + next,
    });
    return { condition, next };
  }
}
