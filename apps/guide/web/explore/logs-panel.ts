// The part "Logs": the newest log records, live. The reader searches them by text, severity and service.
import type { Logs, LogRecord, Severity } from '../../explore-contract.ts';
import { get } from '../api.ts';
import { button, fill, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import { logLine } from './log-line.ts';
import { LogWindow, maxRows } from './log-window.ts';
import type { Change } from './log-window.ts';
import { traceHref } from './page.ts';
import type { Page, Part } from './page.ts';
import { Poll } from './poll.ts';
import { ServiceChoice } from './service-choice.ts';
import { StateNote } from './state-note.ts';
import { clock, counted } from './words.ts';

const every = 1_000; // ms
/** Apps without visitors write nothing, so a quiet log is only suspicious after this many milliseconds. */
const quiet = 10 * 60_000;
/** Milliseconds without a key press after which the search begins. */
const typing = 300;
/** Pixels from the end of the log within which the reader follows it. */
const nearEnd = 40;

const severities: readonly Severity[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

export class LogsPanel implements Part {
  readonly #page: Page;
  readonly #note = new StateNote({ part: 'logs', quiet });
  readonly #text = h('input', { type: 'search', id: 'log-text', autocomplete: 'off', spellcheck: 'false' });
  readonly #severity = h(
    'select',
    { id: 'log-severity' },
    h('option', { value: '' }, 'any'),
    severities.slice(1).map((severity) => h('option', { value: severity }, `${severity} and worse`)),
  );
  readonly #service = new ServiceChoice({ id: 'log-service', all: 'all' });
  readonly #live = button('Pause', () => this.#toggle());
  readonly #status = h('span', { class: 'soft' });
  readonly #newer = button('', () => this.#toEnd(), { class: 'quiet newer', hidden: true });
  readonly #list = h('ol', { class: 'log-list' });
  readonly #scroller = h('div', { class: 'log-scroller', tabindex: '0', role: 'region', 'aria-label': 'Log records' });
  readonly #poll = new Poll(() => this.#ask(), every);
  readonly #window = new LogWindow();
  /** Id of the newest record that the page has asked for. Undefined before the first answer to a new search. */
  #after: number | undefined;
  /** Number of the search. An answer to an earlier search is ignored. */
  #turn = 0;
  #isLive = true;
  /** When the newest record of all came. */
  #latest: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(place: HTMLElement, page: Page) {
    this.#page = page;
    this.#scroller.append(this.#list);
    this.#scroller.addEventListener('scroll', () => this.#scrolled());
    fill(place, h('h2', { class: 'sr' }, 'Logs'), this.#note.element, this.#form(), this.#scroller, this.#newer);
  }

  show(parameters: URLSearchParams): void {
    this.#text.value = parameters.get('text') ?? '';
    this.#severity.value = parameters.get('severity') ?? '';
    this.#service.choose(parameters.get('service') ?? '');
    this.#search();
    if (this.#isLive) this.#poll.start();
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#poll.stop();
  }

  #form(): HTMLElement {
    this.#text.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#changed(), typing);
    });
    for (const select of [this.#severity, this.#service.element])
      select.addEventListener('change', () => this.#changed());
    return h(
      'form',
      { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() },
      field('Text', this.#text),
      field('Severity', this.#severity),
      field('Service', this.#service.element),
      this.#live,
      this.#status,
    );
  }

  #changed(): void {
    this.#page.remember(this.#filters());
    this.#search();
  }

  #filters(): Record<'text' | 'severity' | 'service', string> {
    return { text: this.#text.value.trim(), severity: this.#severity.value, service: this.#service.value };
  }

  /** Begins again with the newest records that match. */
  #search(): void {
    this.#turn += 1;
    this.#after = undefined;
    void this.#poll.now();
  }

  #toggle(): void {
    this.#isLive = !this.#isLive;
    this.#live.textContent = this.#isLive ? 'Pause' : 'Continue';
    if (this.#isLive) this.#poll.start();
    else this.#poll.stop();
    this.#tell();
  }

  async #ask(): Promise<void> {
    const turn = this.#turn;
    try {
      const logs = await get<Logs>(`api/logs?${this.#query().toString()}`);
      if (turn === this.#turn) this.#take(logs);
    } catch (error) {
      this.#note.showError(error);
    }
  }

  #query(): URLSearchParams {
    const given = Object.entries(this.#filters()).filter(([, value]) => value !== '');
    const query = new URLSearchParams([...given, ['limit', String(maxRows)]]);
    if (this.#after !== undefined) query.set('after', String(this.#after));
    return query;
  }

  #take({ records, last, services, state }: Logs): void {
    const isFirst = this.#after === undefined;
    // A guide that has started again counts its records from 1.
    const restarted = !isFirst && last < (this.#after ?? 0);
    this.#after = last;
    if (restarted) return this.#search();
    this.#note.show(state);
    this.#latest = state.latest;
    this.#service.offer(services);
    if (isFirst) this.#clear();
    this.#apply(this.#window.add(records, isFirst || this.#isAtEnd()), isFirst || this.#isAtEnd());
  }

  #clear(): void {
    this.#window.clear();
    fill(this.#list);
  }

  #apply({ removed, added }: Change, follows: boolean): void {
    for (const row of [...this.#list.children].slice(0, removed)) row.remove();
    this.#list.append(...added.map(row));
    if (follows) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#tell();
  }

  #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < nearEnd;
  }

  #scrolled(): void {
    if (this.#window.waiting > 0 && this.#isAtEnd()) this.#apply(this.#window.flush(), true);
  }

  #toEnd(): void {
    this.#apply(this.#window.flush(), true);
    this.#scroller.focus();
  }

  /** Says how many records there are, and how many newer ones wait. */
  #tell(): void {
    const shown = this.#list.children.length;
    const { waiting } = this.#window;
    fill(
      this.#status,
      `${shown === 0 ? 'no record' : counted(shown, 'record')}, ${this.#isLive ? 'live' : 'paused'}` +
        (this.#latest === undefined ? '' : `; the guide got the latest at ${clock(this.#latest)}`),
    );
    fill(this.#newer, `${counted(waiting, 'newer record')}: show`);
    this.#newer.hidden = waiting === 0;
    this.#list.classList.toggle('none', shown === 0);
  }
}

function field(label: string, input: HTMLInputElement | HTMLSelectElement): Child {
  return h('span', { class: 'group' }, h('label', { for: input.id }, label), input);
}

function row(record: LogRecord): HTMLElement {
  const { traceId, spanId } = record;
  return logLine(record, clock(record.time), traceId !== undefined && traceLink(traceId, spanId));
}

function traceLink(traceId: string, spanId: string | undefined): HTMLElement {
  return h('a', { href: traceHref(traceId, spanId), title: traceId }, 'Trace');
}
