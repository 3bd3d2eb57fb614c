// The projector's page: how far the class is, and the open poll. It needs nobody who operates it.
import type { PollResults, ScreenState } from '../board/contract.ts';
import { byId, fill, h, svg } from '../../guide/web/dom.ts';
import { Feed, isLoggedOut } from './board/feed.ts';
import { resultsList, total } from './board/results.ts';
import { showConnection } from './board/strip.ts';

/** Answers that fit a screen so that they can be read from the last row. */
const MOST_ANSWERS = 6;
/** Characters from which on a question gets smaller letters. */
const LONG_QUESTION = 80;

const workshop = document.body.dataset['workshop'] ?? '';
let shown = '';

function show(state: ScreenState): void {
  const key = JSON.stringify({ ...state, at: '' });
  if (key === shown) return;
  shown = key;
  const { seats, steps, poll } = state;
  byId('seats').textContent = `${seats.claimed} of ${seats.most} are here`;
  document.body.classList.toggle('asks', poll !== undefined);
  byId('poll').hidden = !poll;
  if (poll) fill(byId('poll'), ...pollOf(poll));
  fill(
    byId('progress'),
    h('h2', {}, 'Steps:', h('span', { class: 'key' }, 'passed'), h('span', { class: 'key here' }, '▶ here')),
    h(
      'ol',
      { class: 'columns' },
      steps.map((step) => columnOf(step, seats.claimed)),
    ),
  );
}

function pollOf(poll: PollResults): HTMLElement[] {
  const count = total(poll);
  // Options are all shown. The board's server has no more than eight.
  const most = poll.options ? poll.options.length : MOST_ANSWERS;
  return [
    h('h2', { class: poll.question.length > LONG_QUESTION && 'long' }, poll.question),
    h(
      'p',
      { class: 'soft' },
      count === 0 ? 'Answer on your lab’s page' : `${count} ${count === 1 ? 'answer' : 'answers'}`,
    ),
    resultsList({ ...poll, answers: poll.answers.map((answer) => ({ ...answer, names: [] })) }, { most }),
  ];
}

/** A column for one step: how many have passed it, and how many work on it. */
function columnOf({ id, number, passed, here }: ScreenState['steps'][number], people: number): HTMLElement {
  const share = (count: number): number => (people === 0 ? 0 : Math.min(100, (100 * count) / people));
  return h(
    'li',
    { title: id },
    h('span', { class: 'sr' }, `Step ${number}: ${passed} passed, ${here} here`),
    svg(
      'svg',
      { viewBox: '0 0 10 100', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      svg('rect', { class: 'back', width: 10, height: 100 }),
      svg('rect', { class: 'here', width: 10, y: 100 - share(passed + here), height: share(here) }),
      svg('rect', { class: 'passed', width: 10, y: 100 - share(passed), height: share(passed) }),
    ),
    h('b', { 'aria-hidden': 'true' }, passed),
    h('span', { class: 'here', 'aria-hidden': 'true' }, here > 0 ? `▶${here}` : '\u00a0'),
    h('span', { class: 'number', 'aria-hidden': 'true' }, number),
  );
}

show(JSON.parse(byId('state').textContent ?? '') as ScreenState);
new Feed<ScreenState>({
  url: `/board/${workshop}/screen/events`,
  onState: show,
  onConnection: (connection) => showConnection(connection.state === 'connecting' ? { state: 'live' } : connection),
  isLoggedOut,
}).start();
