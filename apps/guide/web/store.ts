// What this browser keeps for the learner: texts by name, separate for each lab. If the browser keeps nothing (private
// window, full storage), the page still works.

export interface Keeper {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class Store {
  readonly #keeper: Keeper | undefined;
  readonly #prefix: string;

  /** @param lab name of the lab. Several labs may use the same address, one after the other. */
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

/** The store for the lab of this page. */
export function storeOfPage(): Store {
  let keeper: Keeper | undefined;
  try {
    keeper = localStorage;
  } catch {
    // The browser's settings forbid storage.
  }
  return new Store(keeper, document.body.dataset.lab ?? '');
}
