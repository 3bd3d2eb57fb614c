// The choice from when on traces are compared: all, since the first marked one, of the last minutes, or since a time.
import { fill, h } from '../dom.ts';
import { ALL, sinceIn, textOf, timeOfDay } from './since.ts';
import type { Since } from './since.ts';
import { clock } from './words.ts';

const choices = [
  ['', 'all traces'],
  ['marked', 'those since the first marked one'],
  ['5m', 'those of the last 5 minutes'],
  ['15m', 'those of the last 15 minutes'],
  ['time', 'those since a time of day'],
] as const;

export class SinceChoice {
  readonly element: HTMLElement;
  since: Since = ALL;
  readonly #onChange: () => void;
  readonly #select = h(
    'select',
    { id: 'compare-since', 'aria-describedby': 'compare-since-about' },
    choices.map(([value, label]) => h('option', { value }, label)),
  );
  readonly #time = h('input', {
    type: 'time',
    id: 'compare-time',
    step: 1,
    'aria-label': 'Since this time of day',
    'aria-describedby': 'compare-time-problem',
  });
  readonly #problem = h('p', { id: 'compare-time-problem', class: 'bad field-problem', role: 'status' });

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#select.addEventListener('change', () => this.#choose());
    this.#time.addEventListener('change', () => this.#readTime());
    this.#time.hidden = true;
    this.element = h(
      'div',
      {},
      h(
        'form',
        { class: 'filters', onsubmit: (event) => event.preventDefault() },
        h('span', { class: 'group' }, h('label', { for: this.#select.id }, 'Compare'), this.#select, this.#time),
      ),
      this.#problem,
      h(
        'p',
        { id: 'compare-since-about', class: 'soft about' },
        'What has changed in the meantime, such as a version, a pod or the load, differs between old and new traces. ' +
          'To look for what differs at the same time, leave out the older ones, in both groups.',
      ),
    );
  }

  choose(since: Since): void {
    this.since = since;
    const text = textOf(since);
    const isTime = since.kind === 'time' || !choices.some(([value]) => value === text);
    this.#select.value = isTime ? 'time' : text;
    this.#time.hidden = !isTime;
    if (since.kind === 'time') this.#time.value = clock(since.time);
    fill(this.#problem);
  }

  #choose(): void {
    const isTime = this.#select.value === 'time';
    this.#time.hidden = !isTime;
    fill(this.#problem);
    if (!isTime) return this.#set(sinceIn(this.#select.value));
    this.#time.focus();
    if (this.#time.value !== '') this.#readTime();
  }

  #readTime(): void {
    const time = timeOfDay(this.#time.value, Date.now());
    if (time !== undefined) return this.#set({ kind: 'time', time });
    fill(this.#problem, 'Expected a time of day, found none. Write hours, minutes and seconds, such as 14:03:20.');
  }

  #set(since: Since): void {
    this.since = since;
    fill(this.#problem);
    this.#onChange();
  }
}
