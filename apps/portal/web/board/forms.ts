// Sends the forms of the page as actions. A form names its action; the result is shown in the group around it.
import type { Action, BoardState } from '../../board/contract.ts';
import { confirmed } from '../../../guide/web/dialog.ts';
import { act, report } from './act.ts';
import type { Outcome } from './act.ts';
import { questionOf } from './questions.ts';

export interface FormContext {
  readonly state: () => BoardState;
  /** Name of the seat whose person is shown. */
  readonly seat: () => string;
  /** Hears of every action that was tried. */
  readonly onOutcome: (action: Action, outcome: Outcome) => void;
}

type Build = (data: FormData, context: FormContext) => Action | undefined;

const textIn = (data: FormData, field: string): string => {
  const value = data.get(field);
  return typeof value === 'string' ? value.trim() : '';
};

/** Forms that need more than the seat. */
const builds = new Map<string, Build>([
  ['hintAll', (data) => ({ action: 'hint', text: textIn(data, 'text') })],
  ['hint', (data, { seat }) => ({ action: 'hint', seat: seat(), text: textIn(data, 'text') })],
  ['faults', (data) => ({ action: 'faults', names: data.getAll('names').filter((name) => typeof name === 'string') })],
  ['extend', (data) => ({ action: 'extend', minutes: Number(textIn(data, 'minutes')) })],
  ['pause', (_data, { state }) => ({ action: 'pause', paused: !state().workshop.paused })],
  ['end', () => ({ action: 'end' })],
  ['addSeat', (data) => ({ action: 'addSeat', ...(data.has('name') && { name: textIn(data, 'name') }) })],
  [
    'take',
    (_data, { seat, state }) => {
      const from = state().people.find((person) => person.seat === seat())?.help?.takenBy;
      return { action: 'take', seat: seat(), ...(from !== undefined && { from }) };
    },
  ],
  [
    'move',
    (data, { seat }) => {
      const to = textIn(data, 'to');
      return to === '' ? undefined : { action: 'move', seat: seat(), to };
    },
  ],
]);

/** Builds the action of a form. Undefined if there is nothing to do. */
function actionOf(name: string, data: FormData, context: FormContext): Action | undefined {
  const build = builds.get(name);
  return build ? build(data, context) : ({ action: name, seat: context.seat() } as Action);
}

const done: Readonly<Record<string, string>> = {
  hint: 'Sent. The page shows it within some seconds.',
  faults: 'Done. Labs follow within some seconds.',
  extend: 'Extended.',
  end: 'The class ends now.',
  addSeat: 'Added. The seat appears when the operator has made it.',
  take: 'You have it.',
  resolve: 'Resolved.',
  lookIn: 'You look in. The learner’s page says so.',
  askTakeover: 'Asked. You can change things once the learner agrees.',
  endVisit: 'The visit has ended.',
  reset: 'The seat is made anew.',
  stop: 'The seat stops.',
  start: 'The seat starts.',
  free: 'The seat is free.',
  move: 'Moved.',
  link: 'Give this link to the person. It works once:',
};

/** An id is made of a name by rules that nobody need know. So the board says which one it has become. */
function doneIn({ action }: Action, outcome: Outcome): string {
  const id = outcome.isDone && outcome.added?.attendee;
  return id ? `Added with the id ${id}. The seat appears when the operator has made it.` : (done[action] ?? 'Done.');
}

/** Lets every form with an action send it. */
export function sendForms(context: FormContext): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-action]'))
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const submit = form.querySelector('button');
      const action = actionOf(form.dataset['action'] ?? '', new FormData(form), context);
      if (submit && action) void press(submit, () => send(form, action, context));
    });
}

/** Runs the work unless the button's last press is still at work. */
async function press(element: HTMLButtonElement, work: () => Promise<void>): Promise<void> {
  if (element.ariaDisabled === 'true') return;
  element.ariaDisabled = 'true';
  try {
    await work();
  } finally {
    element.ariaDisabled = null;
  }
}

async function send(form: HTMLFormElement, action: Action, context: FormContext): Promise<void> {
  const question = questionOf(action, context.state());
  if (question && !(await confirmed(question))) return;
  const status = form.closest('[data-acts]')?.querySelector<HTMLElement>('.status');
  if (status) status.textContent = '';
  const outcome = await act(action);
  if (status) report(status, outcome, doneIn(action, outcome));
  if (outcome.isDone && action.action !== 'faults') form.reset();
  context.onOutcome(action, outcome);
}
