// State of each Workshop that the operator keeps in memory only. If this state is lost, a warning may be repeated. A
// Seat that was deleted during a pause may then be created again only after the pause.
import type { Seat, Workshop } from '../api/types.ts';
import { uidOf } from './seats.ts';

export interface WorkshopMemo {
  readonly uid: string;
  /**
   * Names of wanted Seats that exist now or existed earlier. If one of these Seats is missing, somebody deleted it to
   * reset it.
   */
  known: ReadonlySet<string>;
  /** The most recent warning that the class ends soon. Each warning is recorded once. */
  lastWarning: string;
  /** The wanted Seats, together with a key: the Workshop's generation and whether the Seats were to be stopped. */
  wanted?: { readonly key: string; readonly seats: readonly Seat[] };
}

export class WorkshopMemos {
  readonly #memos = new Map<string, WorkshopMemo>();

  /**
   * Returns the in-memory state of a Workshop. A new Workshop never gets the state of an earlier Workshop with the same
   * name.
   */
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
