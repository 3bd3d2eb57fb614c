// What a process remembers of each Workshop. Losing it is safe: at worst a reset waits for the end of a pause, and a
// warning repeats.
import type { Seat, Workshop } from '../api/types.ts';
import { uidOf } from './seats.ts';

export interface WorkshopMemo {
  readonly uid: string;
  /** Names of wanted seats that have existed. If one is missing, somebody deleted it to reset it. */
  known: ReadonlySet<string>;
  /** The last warning before the end of the class. */
  lastWarning: string;
  /** The wanted Seats, and what they were derived from. */
  wanted?: { readonly key: string; readonly seats: readonly Seat[] };
}

export class WorkshopMemos {
  readonly #memos = new Map<string, WorkshopMemo>();

  /** A new Workshop of the same name gets a new memo. */
  get(workshop: Workshop): WorkshopMemo {
    const { name } = workshop.metadata;
    const uid = uidOf(workshop);
    const known = this.#memos.get(name);
    const memo = known?.uid === uid ? known : { uid, known: new Set<string>(), lastWarning: '' };
    this.#memos.set(name, memo);
    return memo;
  }

  delete(name: string): void {
    this.#memos.delete(name);
  }
}
