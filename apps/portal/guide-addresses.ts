// Remembers where the guides are. It looks again after a while, and when a connection fails.
import { systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';
import type { FindGuide, Guide } from './guide-finder.ts';

/** Milliseconds for which an address is used. A new pod may get the address of an old one, so this is short. */
const FRESH_FOR = 60_000;
/** Milliseconds until the next look after one that found no guide. */
const MISSING_FOR = 1_000;

interface Entry {
  readonly uid: string;
  readonly found: Promise<Guide | undefined>;
  until: number;
  /** The last guide that was found, for a time when the API server doesn't answer. */
  readonly last: Guide | undefined;
}

export class GuideAddresses {
  readonly #find: FindGuide;
  readonly #timers: Pick<Timers, 'now'>;
  readonly #entries = new Map<string, Entry>();

  constructor(find: FindGuide, timers: Pick<Timers, 'now'> = systemTimers) {
    this.#find = find;
    this.#timers = timers;
  }

  /** Returns where the guide of a seat is. @throws Error if that is not known, and the API server doesn't answer */
  async of(seat: string, uid: string): Promise<Guide | undefined> {
    const known = this.#entries.get(seat);
    const entry = known?.uid === uid ? known : undefined;
    return (entry && entry.until > this.#timers.now() ? entry : this.#look(seat, uid, await lastOf(entry))).found;
  }

  /** Forgets the address of a guide that didn't answer. */
  lost(seat: string): void {
    this.#entries.delete(seat);
  }

  #look(seat: string, uid: string, last: Guide | undefined): Entry {
    const running = this.#entries.get(seat);
    if (running?.uid === uid && running.until > this.#timers.now()) return running;
    const found = this.#find(seat).catch((error: unknown) => {
      if (last) return last;
      throw error;
    });
    const entry: Entry = { uid, found, until: this.#timers.now() + FRESH_FOR, last };
    this.#entries.set(seat, entry);
    const isMissing = (): void => void (entry.until = this.#timers.now() + MISSING_FOR);
    found.then((guide) => guide === undefined && isMissing(), isMissing);
    return entry;
  }
}

const lastOf = async (entry: Entry | undefined): Promise<Guide | undefined> =>
  entry && ((await entry.found.catch(() => undefined)) ?? entry.last);
