// In-memory state of each Workshop. Losing it is safe: at worst, a reset waits for the end of a pause and a warning
// repeats.
import type { Seat, Workshop } from '../api/types.ts';
import { uidOf } from './seats.ts';

export interface WorkshopMemo {
  readonly uid: string;
  /** Names of wanted Seats that exist or have existed. If such a Seat is missing, somebody deleted it to reset it. */
  known: ReadonlySet<string>;
  /** The last recorded warning that the class ends soon. */
  lastWarning: string;
  /** The wanted Seats, and the key that they were computed for. */
  wanted?: { readonly key: string; readonly seats: readonly Seat[] };
}

export class WorkshopMemos {
  readonly #memos = new Map<string, WorkshopMemo>();

  /** Returns the memo of a Workshop. A new Workshop of the same name gets a new memo. */
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
