// The bar of the class, at the bottom of each page: help, hints, a visit of an instructor, and the open poll.
import type { ClassState } from '../../class-contract.ts';
import { button, h } from '../dom.ts';
import { Poll } from '../explore/poll.ts';
import type { Store } from '../store.ts';
import type { ClassClient, Failure } from './client.ts';
import { HelpPart } from './help-part.ts';
import { HintList } from './hint-list.ts';
import { HintsPart } from './hints-part.ts';
import { setText } from './part.ts';
import type { Part } from './part.ts';
import { PollPart } from './poll-part.ts';
import { VisitPart } from './visit-part.ts';
import { newsOf } from './words.ts';

const EVERY = 5_000; // ms
/** Longest pause after errors, in milliseconds. */
const LONGEST_PAUSE = 60_000;

export class ClassBar {
  readonly #client: ClassClient;
  readonly #news = h('p', { class: 'sr', role: 'status' });
  readonly #problem = h('p', { class: 'class-problem bad', role: 'status' });
  readonly #load = button('Load the page again', () => location.reload(), { hidden: true });
  readonly #parts: readonly Part[];
  readonly #element: HTMLElement;
  readonly #poll: Poll;
  #state: ClassState | undefined;
  #failures = 0;

  constructor(client: ClassClient, store: Store) {
    this.#client = client;
    const actions = { send: this.#send.bind(this) };
    const [visit, hints, poll] = [new VisitPart(actions), new HintsPart(new HintList(store)), new PollPart(actions)];
    const help = new HelpPart(actions);
    this.#parts = [visit, hints, poll, help];
    this.#element = h(
      'aside',
      { class: 'class-bar', 'aria-label': 'Your class', hidden: true },
      h('div', { class: 'class-parts' }, visit.element, hints.element, poll.element, this.#problem, this.#load),
      h('div', { class: 'class-row' }, help.element, hints.toggle, poll.toggle),
    );
    this.#poll = new Poll(
      () => this.#ask(),
      () => Math.min(EVERY * 2 ** this.#failures, LONGEST_PAUSE),
    );
  }

  /** Adds the bar to the page, and asks for the state while the page is visible. */
  start(): void {
    document.body.append(this.#element, this.#news);
    this.#poll.start();
  }

  async #ask(): Promise<void> {
    const answer = await this.#client.state();
    if (typeof answer === 'string') return this.#fail(answer);
    if (this.#failures > 0) this.#say('');
    this.#failures = 0;
    this.#show(answer);
  }

  #show(state: ClassState): void {
    this.#element.hidden = false;
    this.#load.hidden = true;
    const now = this.#client.now();
    for (const part of this.#parts) part.show(state, now);
    const news = this.#state ? newsOf(this.#state, state) : [];
    if (news.length > 0) this.#news.textContent = news.join(' ');
    this.#state = state;
  }

  /** A page that has had no state says nothing: its portal may know no class. */
  #fail(failure: Failure): void {
    this.#failures++;
    if (!this.#state) return;
    this.#load.hidden = failure !== 'gone';
    if (failure === 'gone') this.#say('This browser no longer has this seat. Load the page again to see why.');
    else if (this.#failures > 1) this.#say('The portal does not answer. This page tries again.');
  }

  #say(text: string): void {
    setText(this.#problem, text);
  }

  async #send(method: 'POST' | 'DELETE', path: string, body?: object): Promise<boolean> {
    const problem = await this.#client.send(method, path, body);
    this.#say(problem ?? '');
    await this.#poll.now();
    return problem === undefined;
  }
}
