// The dialog of one person. It follows the state while it is open.
import type { Action, BoardState, Person } from '../../board/contract.ts';
import { ENDED_VISITS } from '../../../guide/web/class/look-in.ts';
import { copyButton } from '../../../guide/web/copy.ts';
import { byId, fill, h } from '../../../guide/web/dom.ts';
import type { Outcome } from './act.ts';
import { ageOf } from './clock.ts';
import type { Clock } from './clock.ts';
import { isMe } from './me.ts';
import { whyInWords } from './words.ts';

export class PersonDialog {
  readonly #clock: Clock;
  readonly #dialog = byId<HTMLDialogElement>('person');
  #state: BoardState | undefined;
  #seat = '';

  constructor(clock: Clock) {
    this.#clock = clock;
    fill(
      byId('hand-out').querySelector('span') ?? byId('hand-out'),
      copyButton(() => this.#link(), 'the link'),
    );
  }

  get seat(): string {
    return this.#seat;
  }

  open(seat: string): void {
    this.#seat = seat;
    for (const status of this.#dialog.querySelectorAll('.status')) status.textContent = '';
    for (const id of ['hand-out', 'visit-link']) byId(id).hidden = true;
    byId<HTMLTextAreaElement>('hint-one').value = '';
    this.refresh();
    this.#dialog.showModal();
    byId('person-name').focus();
  }

  show(state: BoardState): void {
    this.#state = state;
    if (this.#dialog.open) this.refresh();
  }

  refresh(): void {
    const state = this.#state;
    const person = state?.people.find(({ seat }) => seat === this.#seat);
    byId('person-gone').hidden = person !== undefined;
    byId('person-acts').hidden = person === undefined;
    if (!state || !person) return;
    byId('person-name').textContent = person.name === '' ? person.seat : person.name;
    fill(byId('person-facts'), factsOf(person, state, this.#clock.now()).map(row));
    this.#showHelp(person);
    this.#showVisit(person);
    this.#showSeat(person, state);
  }

  /** Shows what an action answered: a link to hand out, or the lab in a new tab. */
  follow(action: Action, outcome: Outcome): void {
    if (!outcome.isDone) return;
    if (action.action === 'lookIn') this.#openLab(action.seat);
    if (action.action === 'endVisit') tellOfEnd(action.seat);
    if (!outcome.link) return;
    byId('hand-out').hidden = false;
    fill(byId('hand-out').querySelector('code') ?? byId('hand-out'), outcome.link.url);
  }

  #link(): string {
    return byId('hand-out').querySelector('code')?.textContent ?? '';
  }

  /** Opens the step that the person works on. A browser may refuse the new tab. The link is there in any case. */
  #openLab(seat: string): void {
    const step = this.#state?.people.find((person) => person.seat === seat)?.step;
    const url = `/s/${encodeURIComponent(seat)}/${step === undefined ? '' : `?step=${encodeURIComponent(step)}`}`;
    byId('visit-link').querySelector('a')?.setAttribute('href', url);
    byId('visit-link').hidden = false;
    window.open(url, '_blank', 'noopener');
  }

  #showHelp({ help }: Person): void {
    const text = byId('person-help');
    text.textContent = help ? (help.text ?? 'Asked for help, without words.') : 'Has not asked for help.';
    this.#enable('take', help !== undefined && !isMe(help.takenBy));
    const take = this.#dialog.querySelector('form[data-action="take"] button');
    if (take) take.textContent = help?.takenBy === undefined ? 'Take' : 'Take instead';
    this.#enable('resolve', help !== undefined);
  }

  #showVisit({ visit, state, isClaimed }: Person): void {
    byId('person-visit').textContent = visitInWords(visit);
    this.#enable('lookIn', state === 'Ready');
    const isMine = isMe(visit?.by);
    this.#enable('askTakeover', isMine && isClaimed && visit?.takeover === undefined);
    this.#enable('endVisit', isMine);
  }

  #showSeat(person: Person, { people }: BoardState): void {
    this.#enable('stop', person.state !== 'Stopped');
    this.#enable('start', person.state === 'Stopped');
    for (const action of ['free', 'link', 'move']) this.#enable(action, person.isClaimed);
    const select = byId<HTMLSelectElement>('move-to');
    const free = people.filter(({ isClaimed, state }) => !isClaimed && state !== 'Ending').map(({ seat }) => seat);
    const shown = [...select.options].map(({ value }) => value);
    if (free.join() !== shown.join())
      fill(
        select,
        free.map((seat) => h('option', { value: seat }, seat)),
      );
    if (free.length === 0) this.#enable('move', false);
  }

  /** Shows or hides the form of an action. One that has the focus stays, so that the focus does. */
  #enable(action: string, isPossible: boolean): void {
    const form = this.#dialog.querySelector<HTMLElement>(`form[data-action="${action}"]`);
    if (form) form.hidden = !isPossible && !form.contains(document.activeElement);
  }
}

/** Tells the windows that show the lab. */
function tellOfEnd(seat: string): void {
  const channel = new BroadcastChannel(ENDED_VISITS);
  channel.postMessage(seat);
  channel.close();
}

function visitInWords(visit: Person['visit']): string {
  if (!visit) return 'Nobody looks in. The learner’s page says when somebody does.';
  if (visit.takeover === 'granted') return `${visit.by} may change things in this lab.`;
  return `${visit.by} looks in.${visit.takeover === 'asked' ? ' The learner has not answered yet.' : ''}`;
}

type Fact = readonly [string, string];

const row = ([name, value]: Fact) => h('div', {}, h('dt', {}, name), h('dd', {}, value));

function factsOf(person: Person, { steps }: BoardState, now: number): Fact[] {
  const { check, step } = person;
  const number = (id: string): string => steps.find((each) => each.id === id)?.id ?? id;
  const facts: [string, string | undefined][] = [
    ['Seat', `${person.seat}: ${person.state}${person.reason === undefined ? '' : `. ${person.reason}`}`],
    ['Passed', `${person.passed.length} of ${steps.length} steps`],
    ['Works on', step === undefined ? undefined : `${number(step)}, since ${ageOf(person.since, now)}`],
    ['Last activity', person.lastActivity === undefined ? undefined : agoInWords(person.lastActivity, now)],
    [
      'Last check',
      check && `${whyInWords(person)} (${check.step}, failed ${check.times} times, ${agoInWords(check.at, now)})`,
    ],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

function agoInWords(time: string, now: number): string {
  const age = ageOf(time, now);
  return age === 'now' ? 'just now' : `${age} ago`;
}
