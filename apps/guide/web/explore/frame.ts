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

/** A part of the page. */
interface Mounted {
  readonly place: HTMLElement;
  readonly part: Part;
  readonly heading: HTMLElement | null;
  /** The element that had the focus when the reader left the part, and the address that the page had. */
  left: { readonly focused: HTMLElement | SVGElement; readonly address: string } | undefined;
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
    addEventListener('hashchange', ({ oldURL }) => this.#follow(oldURL));
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
    const part = make(place, this);
    const heading = place.querySelector('h2');
    heading?.setAttribute('tabindex', '-1');
    return { place, part, heading, left: undefined };
  }

  /**
   * Shows what the hash names. A link to an element, such as "Skip to the content", opens no part: the address names
   * the open one again.
   * @param before the address before. Undefined if the page opens
   */
  #follow(before?: string): void {
    const { name, parameters, unknown } = viewOf(location.hash);
    const isElement = unknown !== undefined && document.getElementById(unknown) !== null;
    if (isElement && before !== undefined) return history.replaceState(history.state, '', before);
    this.#unknown.hidden = unknown === undefined || isElement;
    if (unknown !== undefined) fill(this.#unknown, unknownInWords(unknown));
    const next = this.#mounted.get(name) ? name : 'charts';
    if (next !== this.#open) this.#swap(next, before);
    this.#mounted.get(next)?.part.show(parameters);
  }

  /** Hides the open part and makes another one visible. The focus moves along, unless it is in the tabs. */
  #swap(next: Name, before = ''): void {
    const hadFocus = this.#leave(before);
    this.#open = next;
    const mounted = this.#mounted.get(next);
    if (!mounted) return;
    mounted.place.hidden = false;
    this.#tabs.mark(this.#tabOf(next));
    if (!this.#list.contains(document.activeElement)) moveFocus(mounted, hadFocus);
  }

  /** Hides the open part. @returns whether it had the focus */
  #leave(address: string): boolean {
    const mounted = this.#open && this.#mounted.get(this.#open);
    if (!mounted) return false;
    const focused = document.activeElement;
    const hadFocus = isFocusable(focused) && mounted.place.contains(focused);
    mounted.left = hadFocus ? { focused, address } : undefined;
    mounted.part.hide();
    mounted.place.hidden = true;
    return hadFocus;
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

/** Moves the focus to where it was at this address, or to the heading if the part before had it. */
function moveFocus({ place, heading, left }: Mounted, hadFocus: boolean): void {
  if (left?.address === location.href) left.focused.focus();
  if (hadFocus && !place.contains(document.activeElement)) heading?.focus();
}

const isFocusable = (element: Element | null): element is HTMLElement | SVGElement =>
  element instanceof HTMLElement || element instanceof SVGElement;
