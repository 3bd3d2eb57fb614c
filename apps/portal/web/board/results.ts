// The results of a poll: bars if it has options, else a list. The board and the projector show them.
import type { PollResults } from '../../board/contract.ts';
import { h, svg } from '../../../guide/web/dom.ts';

/** A line of the results. */
export interface Tally {
  readonly text: string;
  readonly count: number;
  readonly names: readonly string[];
}

/** Returns the results in the order in which they are shown: options as asked, other answers by number. */
export function talliesOf({ options, answers }: PollResults): readonly Tally[] {
  if (!options) return answers;
  return options.map((text) => answers.find((answer) => answer.text === text) ?? { text, count: 0, names: [] });
}

/** How many people have answered. */
export const total = ({ answers }: PollResults): number => answers.reduce((sum, { count }) => sum + count, 0);

export interface ResultLimits {
  /** How many lines are shown at most. Then a line says how many there are more. */
  readonly most: number;
}

/** Renders the results. */
export function resultsList(poll: PollResults, { most }: ResultLimits): HTMLElement {
  const tallies = talliesOf(poll);
  const largest = Math.max(1, ...tallies.map(({ count }) => count));
  const hidden = tallies.length - most;
  return h(
    'ul',
    { class: poll.options ? 'bars' : 'answers' },
    tallies.slice(0, most).map((tally) => (poll.options ? bar(tally, largest) : answer(tally))),
    hidden > 0 && h('li', { class: 'soft' }, `and ${hidden} more`),
  );
}

const namesOf = ({ names }: Tally) => names.length > 0 && h('span', { class: 'soft names' }, ` ${names.join(', ')}`);

const answer = (tally: Tally): HTMLElement =>
  h(
    'li',
    {},
    h('span', { class: 'text' }, tally.text),
    tally.count > 1 && h('b', {}, ` ×${tally.count}`),
    namesOf(tally),
  );

const bar = (tally: Tally, largest: number): HTMLElement =>
  h(
    'li',
    {},
    h('span', { class: 'text' }, tally.text),
    h('b', {}, tally.count),
    svg(
      'svg',
      { class: 'bar', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      svg('rect', { class: 'back', width: 100, height: 10 }),
      svg('rect', { width: (100 * tally.count) / largest, height: 10 }),
    ),
    namesOf(tally),
  );
