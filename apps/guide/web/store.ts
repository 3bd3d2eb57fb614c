// What this browser keeps for the learner: texts under names, for one lab each. A browser that keeps nothing (private windows,
// full storage) is no reason to fail.

export interface Keeper {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class Store {
  readonly #keeper: Keeper | undefined;
  readonly #prefix: string;

  /** @param lab whose texts these are: two labs may be behind the same address, one after the other */
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
      // Not kept: the page itself still has it.
    }
  }

  remove(name: string): void {
    try {
      this.#keeper?.removeItem(this.#prefix + name);
    } catch {
      // Nothing to do about it.
    }
  }
}

/** The store of the lab that this page is of. */
export function storeOfPage(): Store {
  let keeper: Keeper | undefined;
  try {
    keeper = localStorage;
  } catch {
    // Forbidden by the browser's settings.
  }
  return new Store(keeper, document.body.dataset.lab ?? '');
}
