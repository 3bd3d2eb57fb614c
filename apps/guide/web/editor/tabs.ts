// The editor's tabs, one for each file. The arrow keys move between tabs.
// https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
import { fileNames } from '../../contract.ts';
import type { FileName } from '../../contract.ts';
import { fill, h } from '../dom.ts';

export class Tabs {
  readonly #list: HTMLElement;
  readonly #panel: HTMLElement;
  readonly #tabs = new Map<FileName, HTMLButtonElement>();
  readonly #onOpen: (name: FileName) => void;
  #open: FileName = 'app.ts';

  constructor(list: HTMLElement, panel: HTMLElement, onOpen: (name: FileName) => void) {
    this.#list = list;
    this.#panel = panel;
    this.#onOpen = onOpen;
    for (const name of fileNames) {
      this.#tabs.set(
        name,
        h(
          'button',
          { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': panel.id, onclick: () => this.open(name) },
          name,
        ),
      );
    }
    fill(list, ...this.#tabs.values());
    list.addEventListener('keydown', (event) => this.#move(event));
    this.#mark();
  }

  get current(): FileName {
    return this.#open;
  }

  open(name: FileName): void {
    this.#open = name;
    this.#mark();
    this.#onOpen(name);
  }

  /** Marks the tabs of files that have unsaved changes, and the tabs of files that have a problem. */
  markFiles(unsaved: FileName[], wrong: FileName[]): void {
    for (const [name, tab] of this.#tabs) {
      const notes = [unsaved.includes(name) ? 'not saved' : '', wrong.includes(name) ? 'has an error' : ''].filter(
        Boolean,
      );
      tab.classList.toggle('unsaved', unsaved.includes(name));
      tab.classList.toggle('wrong', wrong.includes(name));
      fill(tab, name, notes.length > 0 && h('span', { class: 'sr' }, ` (${notes.join(', ')})`));
    }
  }

  #mark(): void {
    for (const [name, tab] of this.#tabs) {
      tab.setAttribute('aria-selected', String(name === this.#open));
      tab.tabIndex = name === this.#open ? 0 : -1;
    }
    this.#panel.setAttribute('aria-labelledby', `tab-${this.#open}`);
  }

  #move(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: fileNames.length - 1 };
    const step = steps[event.key];
    const next = step === undefined ? undefined : fileNames[(fileNames.indexOf(this.#open) + step) % fileNames.length];
    if (!next || !this.#list.contains(event.target as Node)) return;
    event.preventDefault();
    this.open(next);
    this.#tabs.get(next)?.focus();
  }
}
