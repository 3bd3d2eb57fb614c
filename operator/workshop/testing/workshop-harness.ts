// Test harness for this folder's unit tests: a Workshop, its reconciler, a fake API server and a clock. The harness
// also does the work of the Seat reconciler and the kubelet.
import { conditionOf } from '../../../kubernetes/conditions.ts';
import type { Seat, SeatPhase, Workshop, WorkshopSpec } from '../../api/types.ts';
import { KINDS } from '../../api/kinds.ts';
import type { Condition } from '../../../kubernetes/object.ts';
import type { Result } from '../../engine/reconciler.ts';
import { manualClock, recordedEvents } from '../../engine/testing/fake-api.ts';
import { ClassApi, LAB_HASH, MONDAY, aNode, aWorkshop } from './fixtures.ts';
import { SHUT } from './isolation-answer.ts';
import type { Pod } from '../../../kubernetes/types.ts';
import { WorkshopReconciler } from '../controller.ts';
import { isWaitingForRoom } from '../held-seats.ts';
import type { WorkshopOptions } from '../options.ts';

export const HOUR = 3_600_000;
export const NAMES = ['class-seat-01', 'class-seat-02', 'class-seat-03'];
export const later = (hours: number): string => new Date(Date.parse(MONDAY) + hours * HOUR).toISOString();

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Returns the status of an isolation test's pod that has ended. Its message is the pod's answer in a network that
 * isolates seats.
 */
const ended = ({ spec: { containers } }: Pod): object => {
  const state = { terminated: { exitCode: 0, message: JSON.stringify(SHUT) } };
  return { status: { containerStatuses: containers.map(({ name }) => ({ name, imageID: 'sha256:1', state })) } };
};

function aCluster() {
  const clock = manualClock(MONDAY);
  const api = new ClassApi(clock);
  for (const name of ['intro-otel', ...NAMES]) api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  api.seed(aNode('node'));
  return {
    api,
    clock,
    events: recordedEvents(),
    seats: api.store<Seat>(KINDS.Seat),
    workshops: api.store<Workshop>(KINDS.Workshop),
    pods: api.store<Pod>(KINDS.Pod),
  };
}

/** Builds a harness for a Workshop with this spec. The fake cluster has one node, on which eight seats fit. */
export function aWorkshopHarness(spec: WorkshopSpec = { seats: 3 }, options: Partial<WorkshopOptions> = {}) {
  const cluster = aCluster();
  const { api, seats, pods, workshops } = cluster;
  api.seed(aWorkshop(spec));
  const all: WorkshopOptions = {
    ...cluster,
    log: silent,
    namespace: 'intro-otel',
    hasPortal: false,
    seatRequirements: () => ({ pods: [{ requests: { cpu: 500 } }] }),
    quotaProblem: () => undefined,
    labHash: () => LAB_HASH,
    images: {},
    ...options,
  };
  const { signal } = new AbortController();
  let reconciler = new WorkshopReconciler(all);
  const reconcile = (): Promise<Result | undefined> => reconciler.reconcile('class', signal);
  const workshop = (): Workshop => workshops.get('class') as Workshop;

  /**
   * Gives these Seats the phase, as the Seat reconciler would. Removes Seats that are being deleted, and leaves out
   * Seats that wait for room.
   */
  const settle = (
    phase: SeatPhase = 'Ready',
    message = 'Set by the test.',
    names = seats.list().map(({ metadata }) => metadata.name),
  ): void => {
    for (const { metadata, spec } of seats
      .list()
      .filter((seat) => names.includes(seat.metadata.name) && !isWaitingForRoom(seat))) {
      const conditions = [{ type: 'Ready', status: 'False', reason: phase, message, lastTransitionTime: MONDAY }];
      const reached = spec.stopped === true || spec.replicas === 0 ? 'Stopped' : phase;
      if (metadata.deletionTimestamp !== undefined) api.remove(KINDS.Seat, metadata);
      else
        api.edit(KINDS.Seat, metadata, {
          status: { observedGeneration: metadata.generation, revision: spec.revision, phase: reached, conditions },
        });
    }
  };

  /**
   * Reconciles the Workshop until nothing is left to do.
   * @returns the result of the last reconcile
   */
  const settleAll = async (): Promise<Result | undefined> => {
    for (let round = 0; round < 10; round++) {
      await reconcile();
      settle();
      for (const pod of pods.list()) api.edit(KINDS.Pod, pod.metadata, ended(pod));
    }
    return reconcile();
  };

  return {
    ...cluster,
    reconcile,
    workshop,
    settle,
    settleAll,
    /** Replaces the reconciler with a new one, as a restart of the operator does. */
    restart: (more: Partial<WorkshopOptions> = {}): void => {
      reconciler = new WorkshopReconciler({ ...all, ...more });
    },
    /** Returns the names of the Seats that are not being deleted. */
    names: (): string[] =>
      seats
        .list()
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map(({ metadata: { name } }) => name)
        .sort(),
    condition: (type: string): Condition => conditionOf(workshop().status?.conditions, type) as Condition,
    edit: (patch: object): void => void api.edit(KINDS.Workshop, { name: 'class' }, patch),
    /** Returns the requests that the reconciler sends while `work` runs. */
    requests: async (work: () => Promise<unknown>): Promise<string[]> => {
      const [reads, writes] = [api.reads.length, api.writes.length];
      await work();
      return [...api.reads.slice(reads), ...api.writes.slice(writes)].map(({ verb, kind, subresource }) =>
        [verb, kind, subresource].filter((part) => part !== undefined).join(' '),
      );
    },
  };
}
