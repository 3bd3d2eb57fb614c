// Remembers where the guides are. It looks again after a while, and when a connection fails.
import { systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';
import type { FindGuide, Guide } from './guide-finder.ts';

/** Milliseconds for which an address is used. A new pod may get the address of an old one, so this is short. */
const FRESH_FOR = 60_000;
/** Milliseconds until the next look after one that found no guide, or failed. */
const MISSING_FOR = 1_000;

interface Entry {
  readonly uid: string;
  guide: Guide | undefined;
  until: number;
  looking: Promise<Guide | undefined> | undefined;
}

export class GuideAddresses {
  readonly #find: FindGuide;
  readonly #timers: Pick<Timers, 'now'>;
  readonly #entries = new Map<string, Entry>();

  constructor(find: FindGuide, timers: Pick<Timers, 'now'> = systemTimers) {
    this.#find = find;
    this.#timers = timers;
  }

  /**
   * Returns where the guide of a seat is. An address that is a little too old is used while the portal looks again, so
   * a slow API server delays nobody. @throws Error if no address is known, and the API server doesn't answer
   */
  of(seat: string, uid: string): Promise<Guide | undefined> {
    const [entry, now] = [this.#entryOf(seat, uid), this.#timers.now()];
    if (entry.until > now) return Promise.resolve(entry.guide);
    entry.looking ??= this.#look(seat, entry);
    return entry.guide && now < entry.until + FRESH_FOR ? Promise.resolve(entry.guide) : entry.looking;
  }

  /** Forgets the address of a guide that didn't answer, or of a seat that is gone. */
  lost(seat: string): void {
    this.#entries.delete(seat);
  }

  #entryOf(seat: string, uid: string): Entry {
    const known = this.#entries.get(seat);
    if (known?.uid === uid) return known;
    const entry: Entry = { uid, guide: undefined, until: -Infinity, looking: undefined };
    this.#entries.set(seat, entry);
    return entry;
  }

  #look(seat: string, entry: Entry): Promise<Guide | undefined> {
    const keep = (guide: Guide | undefined, ms: number): Guide | undefined => {
      entry.until = this.#timers.now() + ms;
      entry.looking = undefined;
      return (entry.guide = guide);
    };
    const looking = this.#find(seat).then(
      (guide) => keep(guide, guide ? FRESH_FOR : MISSING_FOR),
      (error: unknown) => {
        if (keep(entry.guide, MISSING_FOR)) return entry.guide;
        entry.until = -Infinity;
        throw error;
      },
    );
    looking.catch(() => undefined);
    return looking;
  }
}
