// Keeps elements on the page in step with a list, without moving the element that has the focus.

export interface Row<Item> {
  readonly element: HTMLElement;
  update(item: Item): void;
}

export interface KeyedListOptions<Item> {
  readonly parent: HTMLElement;
  readonly keyOf: (item: Item) => string;
  readonly create: (item: Item) => Row<Item>;
  /** Gets the focus if the element that has it goes. */
  readonly fallback: () => HTMLElement;
}

export class KeyedList<Item> {
  readonly #options: KeyedListOptions<Item>;
  readonly #rows = new Map<string, Row<Item>>();

  constructor(options: KeyedListOptions<Item>) {
    this.#options = options;
  }

  /** @param keepOrder whether rows that are there keep their order, because somebody is about to use one */
  update(items: readonly Item[], keepOrder = false): void {
    const { keyOf, create } = this.#options;
    this.#removeOthers(new Set(items.map(keyOf)));
    for (const item of items) {
      const key = keyOf(item);
      const row = this.#rows.get(key) ?? create(item);
      this.#rows.set(key, row);
      row.update(item);
    }
    this.#place(
      items.map((item) => this.#elementOf(keyOf(item))),
      keepOrder,
    );
  }

  #elementOf(key: string): HTMLElement | undefined {
    return this.#rows.get(key)?.element;
  }

  #removeOthers(keys: ReadonlySet<string>): void {
    for (const [key, { element }] of this.#rows) {
      if (keys.has(key)) continue;
      const hadFocus = element.contains(document.activeElement);
      element.remove();
      this.#rows.delete(key);
      if (hadFocus) this.#options.fallback().focus({ preventScroll: true });
    }
  }

  #place(elements: readonly (HTMLElement | undefined)[], keepOrder: boolean): void {
    const { parent } = this.#options;
    const order = elements.filter((element) => element !== undefined);
    if (keepOrder) return parent.append(...order.filter((element) => element.parentElement !== parent));
    const pivot = order.findIndex((element) => element.contains(document.activeElement));
    placeBefore(parent, order.slice(pivot + 1), null);
    placeBefore(parent, order.slice(0, Math.max(pivot, 0)), order[pivot] ?? null);
  }
}

/** Places elements in this order before `end`. An element that is in its place is not touched. */
function placeBefore(parent: HTMLElement, elements: readonly HTMLElement[], end: HTMLElement | null): void {
  let next = end;
  for (const element of elements.toReversed()) {
    if (element.parentElement !== parent || element.nextElementSibling !== next) parent.insertBefore(element, next);
    next = element;
  }
}
