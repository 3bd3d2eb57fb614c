// Stores the learner's data in the browser, as values by name and separate for each lab. If the browser stores nothing
// (private window, full storage), the page still works, but forgets the data on a reload.
import { mayOnlyLook } from './class/look-in.ts';

export interface Keeper {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class Store {
  readonly #keeper: Keeper | undefined;
  readonly #prefix: string;

  /**
   * Creates a store for one lab.
   * @param lab the lab's name, which separates labs that use the same address one after the other
   */
  constructor(keeper: Keeper | undefined, lab: string) {
    this.#keeper = keeper;
    this.#prefix = `intro-otel/${lab}/`;
  }

  get<T>(name: string): T | undefined {
    try {
      const text = this.#keeper?.getItem(this.#prefix + name);
      return text ? (JSON.parse(text) as T) : undefined;
    } catch {
      return undefined;
    }
  }

  set(name: string, value: unknown): void {
    try {
      this.#keeper?.setItem(this.#prefix + name, JSON.stringify(value));
    } catch {
      // It is not stored, but the page itself still has it.
    }
  }

  remove(name: string): void {
    try {
      this.#keeper?.removeItem(this.#prefix + name);
    } catch {
      // Storage is not available, so there is nothing to remove.
    }
  }
}

/**
 * Returns the store for the lab that this page belongs to. It keeps nothing for an instructor who looks in: a draft
 * from a takeover would hide the learner's file.
 */
export function storeOfPage(): Store {
  let keeper: Keeper | undefined;
  try {
    keeper = mayOnlyLook() ? undefined : localStorage;
  } catch {
    // The browser's settings forbid storage.
  }
  return new Store(keeper, document.body.dataset.lab ?? '');
}
