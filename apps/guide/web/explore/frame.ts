// The frame of the page "Explore": its tabs, and what the URL's hash opens.
import { fill, h } from '../dom.ts';
import { TabList } from '../tab-list.ts';
import { partHref, partNames, titles, traceHref, viewOf } from './page.ts';
import type { Page, Part, PartName, Parameters, View } from './page.ts';

/** Creates a part in its place. */
export type PartFactory = (place: HTMLElement, page: Page) => Part;
type Name = View['name'];

export interface FrameOptions {
  readonly list: HTMLElement;
  readonly panel: HTMLElement;
  /** The parts, in the order of their tabs. */
  readonly parts: Readonly<Partial<Record<PartName, PartFactory>>>;
  readonly trace: PartFactory;
}

/** A part of the page, and the element that had the focus when the reader left it. */
interface Mounted {
  readonly place: HTMLElement;
  readonly part: Part;
  focused: HTMLElement | SVGElement | undefined;
}

export class Frame implements Page {
  readonly #mounted: ReadonlyMap<Name, Mounted>;
  readonly #tabs: TabList<PartName>;
  readonly #list: HTMLElement;
  /** Says that the hash names no part. */
  readonly #unknown = h('p', { class: 'note', role: 'status', hidden: true });
  #open: Name | undefined;

  constructor({ list, panel, parts, trace }: FrameOptions) {
    this.#list = list;
    panel.append(this.#unknown);
    const all = Object.entries({ ...parts, trace }) as [Name, PartFactory][];
    this.#mounted = new Map(all.map(([name, make]) => [name, this.#mount(panel, name, make)]));
    const names = Object.keys(parts) as PartName[];
    this.#tabs = new TabList({
      list,
      panel,
      names,
      open: 'charts',
      labelOf: (name) => titles[name],
      onOpen: (name) => this.open(name),
    });
    addEventListener('hashchange', () => this.#follow());
  }

  start(): void {
    this.#follow();
  }

  open(part: PartName, parameters?: Parameters): void {
    this.#go(partHref(part, parameters));
  }

  openTrace(traceId: string, spanId?: string): void {
    this.#go(traceHref(traceId, spanId));
  }

  remember(parameters: Parameters): void {
    if (this.#open === undefined || this.#open === 'trace') return;
    history.replaceState(history.state, '', partHref(this.#open, parameters));
  }

  #go(hash: string): void {
    if (location.hash !== hash) location.hash = hash;
  }

  #mount(panel: HTMLElement, name: Name, make: PartFactory): Mounted {
    const place = h('div', { class: 'part', id: `part-${name}`, hidden: true });
    panel.append(place);
    return { place, part: make(place, this), focused: undefined };
  }

  /** Shows what the hash names. */
  #follow(): void {
    const { name, parameters, unknown } = viewOf(location.hash);
    this.#unknown.hidden = unknown === undefined;
    if (unknown !== undefined) fill(this.#unknown, unknownInWords(unknown));
    const next = this.#mounted.get(name) ? name : 'charts';
    if (next !== this.#open) this.#swap(next);
    this.#mounted.get(next)?.part.show(parameters);
  }

  /** Hides the open part and makes another one visible. The focus is where it was there, unless it is in the tabs. */
  #swap(next: Name): void {
    const isInTabs = this.#list.contains(document.activeElement);
    this.#leave();
    this.#open = next;
    const mounted = this.#mounted.get(next);
    if (!mounted) return;
    mounted.place.hidden = false;
    this.#tabs.mark(this.#tabOf(next));
    if (!isInTabs) mounted.focused?.focus();
  }

  #leave(): void {
    const mounted = this.#open && this.#mounted.get(this.#open);
    if (!mounted) return;
    const focused = document.activeElement;
    mounted.focused = isFocusable(focused) && mounted.place.contains(focused) ? focused : undefined;
    mounted.part.hide();
    mounted.place.hidden = true;
  }

  /** A trace belongs to the tab of the traces. */
  #tabOf(name: Name): PartName {
    if (name !== 'trace') return name;
    return this.#mounted.has('traces') ? 'traces' : 'charts';
  }
}

const unknownInWords = (name: string): string =>
  `The address names “${name.slice(0, 40)}”, which is no part of this page. Expected ${partNames.join(', ')} ` +
  'or trace=ID. These are the charts.';

const isFocusable = (element: Element | null): element is HTMLElement | SVGElement =>
  element instanceof HTMLElement || element instanceof SVGElement;
