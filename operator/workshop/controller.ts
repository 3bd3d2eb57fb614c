// One Workshop: its Seats made, changed and removed as its spec has it, a few at a time; and its status, which says how far that is.
// It is level-based: each time it looks at all there is, decides in `planRollout`, and writes only what differs.
import type { SomeValues } from '../../cdk8s/render.ts';
import { FINALIZER, LABELS } from '../api/types.ts';
import type { Seat, Workshop, WorkshopStatus } from '../api/types.ts';
import { isForbidden, isInvalid, isNotFound } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { asError } from '../../support/as-error.ts';
import { KINDS } from '../api/kinds.ts';
import type { Logger } from '../engine/log.ts';
import type { Clock, EventRecorder, Reconciler, Result, Store } from '../engine/reconciler.ts';
import { Attempts } from './attempts.ts';
import { problemsOf } from './attendees.ts';
import type { SeatRequirements } from './capacity.ts';
import { Cluster } from './cluster.ts';
import { changeEvents, expiresSoon, removed } from './events.ts';
import type { EventSpec } from './events.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { IsolationCheck } from './isolation-check.ts';
import { ImagePrepull, LOOK_MS } from './image-prepull.ts';
import { DEFAULTS, planRollout } from './rollout.ts';
import type { RolloutPlan } from './rollout.ts';
import { CHECK_MS, CapacityCheck } from './capacity-check.ts';
import type { CapacityFinding } from './capacity-check.ts';
import { LONGEST_WAIT, isOver, scheduleAt } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { isLeaving, isSeatOf, uidOf, wantedSeats } from './seats.ts';
import { invalidStatus, isSameStatus, leavingStatus, statusOf } from './status.ts';
import type { Facts } from './status.ts';
import { SeatWriter } from './write-seats.ts';

export interface WorkshopOptions {
  readonly api: Api;
  readonly workshops: Store<Workshop>;
  readonly seats: Store<Seat>;
  /** Pods of the operator's own namespace with the label app.kubernetes.io/component: image-pull, with status. */
  readonly pods: Store<Pod>;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Logger;
  /** The operator's own. */
  readonly namespace: string;
  /** What a seat needs of the nodes. @throws Error where the lab can't be rendered; the message says what to change */
  seatRequirements(lab?: SomeValues): SeatRequirements;
  /** Why the lab doesn't fit into the quota, and what to do; undefined where it does. */
  quotaProblem(spec: Workshop['spec']): string | undefined;
}

/** What is remembered of a Workshop while this process lives; without it only a reset during a pause would wait, and a warning come twice. */
interface Memory {
  readonly uid: string;
  /** Names of seats that were there. */
  known: ReadonlySet<string>;
  warned: string;
  /** As they were last to be, and for what that was told. */
  wanted?: { readonly by: string; readonly seats: readonly Seat[] };
}

/** What there is of a Workshop's seats. */
interface Found {
  readonly all: readonly Seat[];
  /** The Workshop's own, whether wanted or not. */
  readonly own: readonly Seat[];
  /** Another's, by a name that is wanted. */
  readonly taken: readonly Seat[];
}

/** While a deletion is awaited that the store does not show. */
const SOON_MS = 1000;

const nameOf = ({ metadata: { name } }: Seat): string => name;

export class WorkshopReconciler implements Reconciler {
  readonly name = 'workshop';
  readonly #options: WorkshopOptions;
  readonly #writer: SeatWriter;
  readonly #rooms: CapacityCheck;
  readonly #images: ImagePrepull;
  readonly #isolation: IsolationCheck;
  readonly #memories = new Map<string, Memory>();

  constructor(options: WorkshopOptions) {
    const { api, clock } = options;
    const cluster = new Cluster(api, clock);
    this.#options = options;
    this.#writer = new SeatWriter(options);
    this.#rooms = new CapacityCheck({ cluster, clock, seatRequirements: (lab) => options.seatRequirements(lab) });
    this.#images = new ImagePrepull({ ...options, cluster });
    this.#isolation = new IsolationCheck(api, clock);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<Result | undefined> {
    const workshop = this.#options.workshops.get(key);
    if (workshop === undefined) return this.#forget(key);
    if (isLeaving(workshop)) return this.#leave(workshop);
    const held = await this.#hold(workshop);
    const problems = this.#problemsOf(held);
    return problems.length > 0 ? this.#refuse(held, problems) : this.#follow(held, signal);
  }

  #forget(key: string): undefined {
    this.#memories.delete(key);
    this.#rooms.forget(key);
    this.#isolation.forget(key);
  }

  /** Keeps the Workshop until its Seats are gone. */
  async #hold(workshop: Workshop): Promise<Workshop> {
    const { finalizers = [] } = workshop.metadata;
    return finalizers.includes(FINALIZER) ? workshop : this.#writeFinalizers(workshop, [...finalizers, FINALIZER]);
  }

  async #writeFinalizers(
    { metadata: { name, resourceVersion } }: Workshop,
    finalizers: readonly string[],
  ): Promise<Workshop> {
    const written = await this.#options.api.mergePatch<Workshop>(
      KINDS.Workshop,
      { name },
      { metadata: { resourceVersion, finalizers } },
    );
    this.#options.workshops.observe(written);
    return written;
  }

  /** The Seats go first, then the Workshop. */
  async #leave(workshop: Workshop): Promise<Result | undefined> {
    const { api, clock, seats } = this.#options;
    const { name, finalizers = [] } = workshop.metadata;
    if (!finalizers.includes(FINALIZER)) return this.#forget(name);
    const { own } = this.#find(workshop, []);
    if (own.length > 0) {
      const attempts = new Attempts();
      await Promise.all(
        own.filter((seat) => !isLeaving(seat)).map((seat) => attempts.attempt(() => this.#writer.remove(seat))),
      );
      await this.#report(workshop, leavingStatus(workshop, own, clock.now()));
      attempts.end();
      return undefined;
    }
    // What was made a moment ago the store may not have seen.
    const left = (await api.list<Seat>(KINDS.Seat, { labelSelector: `${LABELS.workshop}=${name}` })).filter((seat) =>
      isSeatOf(seat, workshop),
    );
    for (const seat of left) seats.observe(seat);
    if (left.length > 0) return { requeueAfter: SOON_MS };
    await this.#images.clear(workshop);
    await this.#writeFinalizers(
      workshop,
      finalizers.filter((finalizer) => finalizer !== FINALIZER),
    );
    this.#options.log.info({ workshop: name }, 'Workshop is gone, and all that was its');
    return this.#forget(name);
  }

  #problemsOf(workshop: Workshop): string[] {
    const problems = problemsOf(workshop);
    if (problems.length > 0) return problems;
    try {
      this.#options.seatRequirements(workshop.spec.lab);
      return [this.#options.quotaProblem(workshop.spec)].filter((problem) => problem !== undefined);
    } catch (error) {
      return [asError(error).message];
    }
  }

  /** Says what to change. Nothing is tried again before that: trying would mend nothing. */
  async #refuse(workshop: Workshop, problems: readonly string[]): Promise<undefined> {
    const { own } = this.#find(workshop, []);
    await this.#report(workshop, invalidStatus(workshop, problems, { own, now: this.#options.clock.now() }));
  }

  async #follow(workshop: Workshop, signal: AbortSignal): Promise<Result | undefined> {
    const { clock } = this.#options;
    const schedule = scheduleAt(clock.now(), workshop.spec.schedule);
    const over = isOver(schedule);
    const wanted = over && schedule.afterExpiry === 'Delete' ? [] : this.#wanted(workshop, over);
    const found = this.#find(workshop, wanted);
    const attempts = new Attempts();
    const [images, room] = await Promise.all([
      over ? undefined : attempts.attempt(() => this.#images.look(workshop)),
      this.#lookForRoom(workshop, wanted, { found, attempts }),
    ]);
    signal.throwIfAborted();
    const plan = this.#plan(workshop, { schedule, wanted, found, fitting: room.fitting });
    const refused = await this.#carryOut(workshop, plan, attempts);
    const { own, taken } = this.#find(workshop, wanted);
    const isolation = (await attempts.attempt(() => this.#isolation.look(workshop, inOrder(wanted, own)))) ?? {};
    this.#warn(workshop, schedule);
    const facts: Facts = {
      workshop,
      schedule,
      wanted,
      own,
      taken,
      plan,
      capacity: room.saying,
      images,
      isolation: isolation.saying,
      refused,
    };
    await attempts.attempt(() => this.#report(workshop, statusOf(facts, clock.now())));
    attempts.end();
    return soonest(
      schedule.next,
      room.next,
      isolation.next,
      images && LOOK_MS,
      taken.length > 0 ? CHECK_MS : undefined,
    );
  }

  /** The very objects of the last time where the spec is the same: hundreds are compared with what there is each time that one changes. */
  #wanted(workshop: Workshop, stopped: boolean): readonly Seat[] {
    const memory = this.#memoryOf(workshop);
    const by = `${workshop.metadata.generation} ${stopped}`;
    if (memory.wanted?.by !== by) memory.wanted = { by, seats: wantedSeats(workshop, { stopped }) };
    return memory.wanted.seats;
  }

  /** Where it can't be told, because the API server does not answer, nothing is made. */
  async #lookForRoom(
    workshop: Workshop,
    wanted: readonly Seat[],
    { found, attempts }: { readonly found: Found; readonly attempts: Attempts },
  ): Promise<CapacityFinding> {
    const look = { workshop, wanted, missing: missingOf(wanted, found), all: found.all };
    return (await attempts.attempt(() => this.#rooms.look(look))) ?? { fitting: new Set() };
  }

  #find(workshop: Workshop, wanted: readonly Seat[]): Found {
    const all = this.#options.seats.list();
    const names = new Set(wanted.map(nameOf));
    const [own, others] = [
      all.filter((seat) => isSeatOf(seat, workshop)),
      all.filter((seat) => !isSeatOf(seat, workshop)),
    ];
    return { all, own, taken: others.filter((seat) => names.has(nameOf(seat))) };
  }

  #memoryOf(workshop: Workshop): Memory {
    const uid = uidOf(workshop);
    const known = this.#memories.get(workshop.metadata.name);
    const memory = known?.uid === uid ? known : { uid, known: new Set<string>(), warned: '' };
    this.#memories.set(workshop.metadata.name, memory);
    return memory;
  }

  #plan(workshop: Workshop, { schedule, wanted, found, fitting }: Situation): RolloutPlan {
    const { maxConcurrent, maxFailures, paused = false } = { ...DEFAULTS, ...workshop.spec.rollout };
    const memory = this.#memoryOf(workshop);
    const there = new Set([...memory.known, ...found.own.map(nameOf)]);
    memory.known = new Set(wanted.map(nameOf).filter((name) => there.has(name)));
    return planRollout({
      wanted,
      existing: found.own,
      taken: new Set(found.taken.map(nameOf)),
      known: memory.known,
      fitting,
      maxConcurrent,
      maxFailures,
      mayBegin: !paused && schedule.state !== 'Scheduled',
    });
  }

  /** @returns what the API server refused, where trying again won't mend it */
  async #carryOut(
    workshop: Workshop,
    { create, update, remove }: RolloutPlan,
    attempts: Attempts,
  ): Promise<string | undefined> {
    const { log, events } = this.#options;
    const before = attempts.errors.length;
    const write = (what: string, seat: Seat, request: () => Promise<void>): Promise<void> =>
      attempts.attempt(async () => {
        await request();
        log.info({ workshop: workshop.metadata.name, seat: nameOf(seat), revision: seat.spec.revision }, what);
      });
    if (remove.length > 0) tell(events, workshop, removed(remove.map(nameOf)));
    await Promise.all([
      ...remove.map((seat) => write('Seat is being removed', seat, () => this.#writer.remove(seat))),
      ...create.map((seat) => write('Seat made', seat, () => this.#writer.create(seat))),
      ...update.map(({ live, wanted }) => write('Seat changed', wanted, () => this.#writer.update(live, wanted))),
    ]);
    return attempts.errors.slice(before).find((error) => isInvalid(error) || isForbidden(error))?.message;
  }

  /** Once for each warning; a process that has only begun may repeat the last one. */
  #warn(workshop: Workshop, schedule: Schedule): void {
    const memory = this.#memoryOf(workshop);
    const warning = `${schedule.expiresAt} ${schedule.warning}`;
    if (schedule.warning === undefined || memory.warned === warning) return;
    memory.warned = warning;
    tell(this.#options.events, workshop, expiresSoon(schedule));
  }

  async #report(workshop: Workshop, status: WorkshopStatus): Promise<void> {
    if (isSameStatus(workshop.status, status)) return;
    const { api, workshops, events } = this.#options;
    const {
      apiVersion,
      kind,
      metadata: { name },
    } = workshop;
    const reported = { apiVersion, kind, metadata: { name, uid: uidOf(workshop) }, status };
    try {
      workshops.observe(await api.apply<Workshop>(reported, 'status'));
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
    for (const told of changeEvents(workshop.status, status)) tell(events, workshop, told);
  }
}

interface Situation {
  readonly schedule: Schedule;
  readonly wanted: readonly Seat[];
  readonly found: Found;
  readonly fitting: ReadonlySet<string>;
}

const tell = (events: EventRecorder, about: Workshop, { type, reason, message }: EventSpec): void =>
  events.event(about, type, reason, message);

/** Names of the seats that are nobody's yet. */
function missingOf(wanted: readonly Seat[], { own, taken }: Found): string[] {
  const there = new Set([...own, ...taken].map(nameOf));
  return wanted.map(nameOf).filter((name) => !there.has(name));
}

function inOrder(wanted: readonly Seat[], own: readonly Seat[]): Seat[] {
  const byName = new Map(own.map((seat) => [nameOf(seat), seat]));
  return wanted.flatMap((seat) => byName.get(nameOf(seat)) ?? []);
}

function soonest(...times: readonly (number | undefined)[]): Result | undefined {
  const waits = times.filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : { requeueAfter: Math.min(LONGEST_WAIT, ...waits) };
}
