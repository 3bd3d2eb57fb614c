// What an action asks before it happens. Each question says what is lost.
import type { Action, ActionOf, BoardState } from '../../board/contract.ts';
import type { Confirmation } from '../../../guide/web/dialog.ts';

interface Context {
  readonly state: BoardState;
  /** What the page calls the person of the seat. */
  readonly name: string;
}

type Question<K extends Action['action']> = (action: ActionOf<K>, context: Context) => Confirmation | undefined;

/** What becomes of the seats at the end, as spec.schedule.afterExpiry of the Workshop says. */
const atEnd: Readonly<Record<BoardState['workshop']['afterExpiry'], string>> = {
  Delete: 'All seats are deleted. Lost for good: the files and the progress.',
  Stop: 'The seats stop and keep their files.',
  Keep: 'The seats go on.',
};

const questions: { readonly [K in Action['action']]?: Question<K> } = {
  reset: (_action, { name }) => ({
    title: `Reset the seat of ${name}?`,
    text:
      'The lab is deleted and made anew. Lost for good: the files, the progress, and all traces, metrics and logs. ' +
      'The same person gets the seat again, in about a minute.',
    yes: 'Reset the seat',
  }),
  stop: (_action, { name }) => ({
    title: `Stop the seat of ${name}?`,
    text:
      'The person can’t work until you start it again. Files and progress are kept. Traces, metrics and logs are ' +
      'lost.',
    yes: 'Stop the seat',
  }),
  start: (_action, { name }) => ({
    title: `Start the seat of ${name}?`,
    text: 'Its lab starts with the files as they were.',
    yes: 'Start',
  }),
  free: (_action, { name }) => ({
    title: `Free the seat of ${name}?`,
    text:
      'The person is out at once, and the three words no longer work. The lab stays as it is: whoever gets the seat ' +
      'next finds the files in it. To clear it, reset the seat afterwards.',
    yes: 'Free the seat',
  }),
  move: ({ seat, to }, { name }) => ({
    title: `Move ${name} to ${to}?`,
    text: `The person goes on in the lab of ${to}. Files and progress stay behind in ${seat}.`,
    yes: 'Move',
  }),
  faults: ({ names }) => ({
    title: names.length > 0 ? `Turn on ${names.join(' and ')} in every lab?` : 'Turn all faults off?',
    text: 'Learners can’t switch faults by themselves after that.',
    yes: 'Apply to every lab',
  }),
  pause: ({ paused }) =>
    paused
      ? {
          title: 'Pause the class?',
          text: 'No seat is made or changed until you go on. People in seats notice nothing.',
          yes: 'Pause',
        }
      : { title: 'Go on?', text: 'Seats are made and changed again.', yes: 'Go on' },
  extend: ({ minutes }) => ({
    title: `Extend the class by ${minutes} minutes?`,
    text: 'It ends later by that time.',
    yes: 'Extend',
  }),
  addSeat: () => ({ title: 'Add a seat?', text: 'The cluster needs room for one more lab.', yes: 'Add a seat' }),
  end: (_action, { state }) => ({
    title: 'End the class now?',
    text:
      `Nobody can join any more. ${atEnd[state.workshop.afterExpiry]} Calls for help, hints, polls and their answers ` +
      'are deleted an hour later. Export progress and answers first.',
    yes: 'End the class',
  }),
  poll: ({ id }, { state }) =>
    state.poll && state.poll.id !== id
      ? { title: 'Ask another question?', text: 'The open poll closes. Its answers are kept.', yes: 'Ask it' }
      : undefined,
};

/** Returns what to ask before an action. Undefined if it needs no question. */
export function questionOf(action: Action, state: BoardState): Confirmation | undefined {
  const question = questions[action.action] as Question<Action['action']> | undefined;
  const person = 'seat' in action ? state.people.find(({ seat }) => seat === action.seat) : undefined;
  return question?.(action, { state, name: person ? shortened(person.name) : 'this seat' });
}

const shortened = (name: string): string => (name.length > 40 ? `${name.slice(0, 39)}…` : name);
