// The board of a class.
import type { BoardState } from '../board/contract.ts';
import { copyButton } from '../../guide/web/copy.ts';
import { byId, fill, whenPressed } from '../../guide/web/dom.ts';
import { keepAgesRight } from './board/age-element.ts';
import { ClassPanel } from './board/class-panel.ts';
import { Clock } from './board/clock.ts';
import { Feed, isLoggedOut } from './board/feed.ts';
import type { Connection } from './board/feed.ts';
import { sendForms } from './board/forms.ts';
import { PersonDialog } from './board/person.ts';
import { PollPanel } from './board/poll.ts';
import { HelpQueue } from './board/queue.ts';
import { showConnection, showStrip } from './board/strip.ts';
import { PeopleTable } from './board/table.ts';
import { WhyList } from './board/why.ts';

const workshop = document.body.dataset['workshop'] ?? '';
const clock = new Clock();
let state = JSON.parse(byId('state').textContent ?? '') as BoardState;
let connection: Connection = { state: 'connecting' };

const person = new PersonDialog(clock);
const open = (seat: string): void => person.open(seat);
const table = new PeopleTable({ clock, open });
const queue = new HelpQueue({ clock, open });
const why = new WhyList((finding) => table.filterBy(finding));
const poll = new PollPanel(() => state);
const panel = new ClassPanel();

function show(newest: BoardState): void {
  state = newest;
  clock.set(state.at);
  showStrip(state, clock);
  queue.show(state);
  why.show(state);
  table.show(state);
  person.show(state);
  poll.show(state.poll);
  panel.show(state);
}

sendForms({
  state: () => state,
  seat: () => person.seat,
  onOutcome: (action, outcome) => person.follow(action, outcome),
});

whenPressed(byId<HTMLButtonElement>('show-join'), () => byId<HTMLDialogElement>('join').showModal());
fill(
  byId('join-copy'),
  copyButton(() => state.workshop.joinUrl, 'the link'),
);

keepAgesRight(clock, () => {
  showStrip(state, clock);
  table.refresh();
  if (connection.state === 'lost') showConnection(connection);
});

show(state);
new Feed<BoardState>({
  url: `/board/${workshop}/events`,
  onState: show,
  onConnection: (found) => showConnection((connection = found)),
  isLoggedOut,
}).start();
