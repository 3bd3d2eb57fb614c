// The hints that a person has had, in this browser. The portal knows only the newest ones.
import type { Hint } from '../../class-contract.ts';
import type { Store } from '../store.ts';
import { isSameHint } from './words.ts';

interface KeptHint extends Hint {
  /** Whether the person has read it and put it away. */
  readonly isRead: boolean;
}

/** How many hints are kept. */
const MOST = 20;

export class HintList {
  readonly #store: Store;
  #hints: readonly KeptHint[];

  constructor(store: Store) {
    this.#store = store;
    const kept = store.get<unknown>('hints');
    this.#hints = Array.isArray(kept) ? (kept as unknown[]).filter(isKeptHint) : [];
  }

  /** All hints, newest first. */
  get all(): readonly Hint[] {
    return this.#hints;
  }

  /** The newest hint that the person has not put away. */
  get unread(): Hint | undefined {
    return this.#hints.find(({ isRead }) => !isRead);
  }

  /** Adds the hints that are new. */
  add(hints: readonly Hint[]): void {
    const added = hints.filter((hint) => !this.#hints.some((known) => isSameHint(known, hint)));
    if (added.length === 0) return;
    const all = [...added.map((hint) => ({ ...hint, isRead: false })), ...this.#hints];
    this.#keep(all.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, MOST));
  }

  /** Puts a hint away. */
  read(hint: Hint): void {
    this.#keep(this.#hints.map((known) => (isSameHint(known, hint) ? { ...known, isRead: true } : known)));
  }

  #keep(hints: readonly KeptHint[]): void {
    this.#hints = hints;
    this.#store.set('hints', hints);
  }
}

function isKeptHint(value: unknown): value is KeptHint {
  const { text, by, at } = (value ?? {}) as Partial<Record<keyof Hint, unknown>>;
  return [text, by, at].every((one) => typeof one === 'string');
}
