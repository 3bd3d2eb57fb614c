// The strip at the top: the class at a glance, and whether the page is up to date.
import type { BoardState } from '../../board/contract.ts';
import { byId, fill, h } from '../../../guide/web/dom.ts';
import { stateInWords } from '../../board/pages/words.ts';
import { ageInWords, timeLeft } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Connection } from './feed.ts';

export function showStrip({ workshop }: BoardState, clock: Clock): void {
  const { most, made, ready, claimed } = workshop.seats;
  byId('counts').textContent =
    `${claimed} of ${most} seats taken · ${ready} ready${made < most ? ` of ${made} made` : ''}`;
  byId('time').textContent = timeLeft(workshop, clock.now());
  fill(
    byId('badges'),
    badgesOf(workshop).map((text) => h('span', { class: 'badge' }, text)),
  );
}

function badgesOf({ state, paused, faults, unknownFaults }: BoardState['workshop']): string[] {
  const badges = state === 'Open' || state === 'Paused' ? [] : [stateInWords[state]];
  if (paused) badges.push('paused');
  return [
    ...badges,
    ...faults.map((fault) => `fault: ${fault}`),
    ...unknownFaults.map((word) => `unknown fault: ${word}`),
  ];
}

const ENDED = {
  class: ['The class has been deleted. ', { href: '/board', text: 'See the classes' }],
  session: ['You are logged out. ', { href: '/login', text: 'Log in again' }],
} as const;

/** Says whether the data are live, and if not, since when they are old. */
export function showConnection(connection: Connection, element = byId('connection')): void {
  document.body.dataset['connection'] = connection.state;
  if (connection.state === 'ended') {
    const [text, link] = ENDED[connection.reason];
    return fill(element, text, h('a', { href: link.href }, link.text));
  }
  const words = inWords(connection);
  if (element.textContent !== words) element.textContent = words;
}

function inWords(connection: Exclude<Connection, { readonly state: 'ended' }>): string {
  if (connection.state === 'live') return 'Live';
  if (connection.state === 'connecting') return 'Connecting …';
  const time = new Date(connection.since).toLocaleTimeString();
  return `No connection. What you see is from ${time} (${oldOf(connection.since)}). The page tries again by itself.`;
}

function oldOf(since: number): string {
  const words = ageInWords(Date.now() - since);
  return words === 'now' ? 'just now' : `${words} ago`;
}
