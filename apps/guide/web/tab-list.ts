// A row of tabs that chooses what one panel shows. The arrow keys move between tabs.
// https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
import { fill, h } from './dom.ts';
import type { Child } from './dom.ts';

export interface TabListOptions<Name extends string> {
  readonly list: HTMLElement;
  readonly panel: HTMLElement;
  readonly names: readonly Name[];
  readonly open: Name;
  readonly labelOf?: (name: Name) => Child;
  readonly onOpen: (name: Name) => void;
}

export class TabList<Name extends string> {
  readonly #options: TabListOptions<Name>;
  readonly #tabs: ReadonlyMap<Name, HTMLButtonElement>;
  #open: Name;

  constructor(options: TabListOptions<Name>) {
    this.#options = options;
    this.#open = options.open;
    this.#tabs = new Map(options.names.map((name) => [name, this.#tabOf(name)]));
    fill(options.list, ...this.#tabs.values());
    options.list.addEventListener('keydown', (event) => this.#move(event));
    this.#mark();
  }

  get current(): Name {
    return this.#open;
  }

  open(name: Name): void {
    this.mark(name);
    this.#options.onOpen(name);
  }

  /** Marks the tab of what is open already, for example because the URL names it. */
  mark(name: Name): void {
    this.#open = name;
    this.#mark();
  }

  /** Returns the tabs, by name. */
  get tabs(): ReadonlyMap<Name, HTMLButtonElement> {
    return this.#tabs;
  }

  #tabOf(name: Name): HTMLButtonElement {
    const { panel, labelOf } = this.#options;
    return h(
      'button',
      { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': panel.id, onclick: () => this.open(name) },
      labelOf?.(name) ?? name,
    );
  }

  #mark(): void {
    for (const [name, tab] of this.#tabs) {
      tab.setAttribute('aria-selected', String(name === this.#open));
      tab.tabIndex = name === this.#open ? 0 : -1;
    }
    this.#options.panel.setAttribute('aria-labelledby', `tab-${this.#open}`);
  }

  #move(event: KeyboardEvent): void {
    const { names, list } = this.#options;
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: names.length - 1 };
    const step = steps[event.key];
    const next = step === undefined ? undefined : names[(names.indexOf(this.#open) + step) % names.length];
    if (!next || !list.contains(event.target as Node)) return;
    event.preventDefault();
    this.open(next);
    this.#tabs.get(next)?.focus();
  }
}
