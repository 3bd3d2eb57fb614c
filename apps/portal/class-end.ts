// Deletes what people of a class have said, some time after the class has ended: requests for help, hints, visits, the
// poll and all answers. Until then an instructor can extend the class, or export the answers. The seats, with the names
// and the work in them, are up to the operator.
import type { HttpApi } from '../../kubernetes/client.ts';
import { jittered, pause, systemTimers } from '../../support/timers.ts';
import { Writer } from './board/writer.ts';
import type { Change } from './board/writer.ts';
import type { Classes } from './classes.ts';
import { isForgotten } from './class-state.ts';
import type { Seat, Workshop } from './kinds.ts';
import type { PortalLog } from './parts.ts';
import type { Polls } from './polls.ts';

export interface ClassEndsOptions {
  readonly api: Pick<HttpApi, 'get' | 'mergePatch'>;
  readonly classes: Classes;
  readonly polls: Pick<Polls, 'remove'>;
  readonly log?: PortalLog | undefined;
}

/** Milliseconds from one look at all classes to the next. It reads memory only. */
const LOOK_MS = 60_000;

export class ClassEnds {
  readonly #options: ClassEndsOptions;
  readonly #writer: Writer;
  /** When this portal first saw the end of each class. A time in the past, set by mistake, deletes nothing at once. */
  #seen: ReadonlyMap<string, number> = new Map();

  constructor(options: ClassEndsOptions) {
    this.#options = options;
    this.#writer = new Writer(options);
  }

  /** Looks again and again until the signal is aborted. Several portals seldom look at the same moment. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(Date.now());
      await pause(systemTimers, jittered(LOOK_MS), signal);
    }
  }

  /** Looks at all classes once. A failure is logged, and the next look tries again. @param now ms since 1970 */
  async look(now: number): Promise<void> {
    const workshops = this.#options.classes.workshops.list();
    this.#seen = new Map(workshops.map(endOf).map((end) => [end, this.#seen.get(end) ?? now]));
    for (const workshop of workshops) {
      const seen = this.#seen.get(endOf(workshop)) ?? now;
      if (isForgotten(workshop, now, seen)) await this.#forget(workshop, now, seen).catch(this.#failed);
    }
  }

  /** Somebody may have extended the class meanwhile, so each write looks again. */
  async #forget({ metadata: { name } }: Workshop, now: number, seen: number): Promise<void> {
    const { classes, polls } = this.#options;
    const ended = await this.#writer.workshop(name, (workshop) =>
      isForgotten(workshop, now, seen) ? nothingSaid(workshop) : undefined,
    );
    if (!isForgotten(ended, now, seen)) return;
    for (const seat of classes.seatsOf(ended))
      if (nothingAsked(seat)) await this.#writer.seat(seat.metadata.name, nothingAsked);
    await polls.remove(ended);
  }

  #failed = (error: unknown): void => {
    this.#options.log?.warn({ err: error }, 'What people said in a class that has ended could not be deleted');
  };
}

/** A class and its end. */
const endOf = ({ metadata: { uid, name }, spec }: Workshop): string => `${uid ?? name} ${spec.schedule?.expiresAt}`;

const nothingSaid = ({ spec: { announcement, poll } }: Workshop): Change | undefined =>
  announcement || poll ? { spec: { announcement: null, poll: null } } : undefined;

const nothingAsked = ({ spec: { help, hint, visit } }: Seat): Change | undefined =>
  help || hint || visit ? { spec: { help: null, hint: null, visit: null } } : undefined;
