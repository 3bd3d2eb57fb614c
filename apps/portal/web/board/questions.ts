// What an action asks before it happens. Each question says what is lost.
import type { Action, BoardState, Person } from '../../board/contract.ts';
import type { Confirmation } from '../../../guide/web/dialog.ts';

/** Returns what to ask before an action. Undefined if it needs no question. */
export function questionOf(action: Action, state: BoardState): Confirmation | undefined {
  const person = 'seat' in action ? state.people.find(({ seat }) => seat === action.seat) : undefined;
  return seatQuestion(action, nameOf(person)) ?? classQuestion(action, state);
}

const nameOf = (person: Person | undefined): string => (person ? shortened(person.name) : 'this seat');

const shortened = (name: string): string => (name.length > 40 ? `${name.slice(0, 39)}…` : name);

function seatQuestion(action: Action, name: string): Confirmation | undefined {
  switch (action.action) {
    case 'reset':
      return {
        title: `Reset the seat of ${name}?`,
        text:
          'The lab is deleted and made anew. Lost for good: the files, the progress, and all traces, metrics and logs. ' +
          'The same person gets the seat again, in about a minute.',
        yes: 'Reset the seat',
      };
    case 'stop':
      return {
        title: `Stop the seat of ${name}?`,
        text: 'The person can’t work until you start it again. Files and progress are kept. Traces, metrics and logs are lost.',
        yes: 'Stop the seat',
      };
    case 'start':
      return { title: `Start the seat of ${name}?`, text: 'Its lab starts with the files as they were.', yes: 'Start' };
    case 'free':
      return {
        title: `Free the seat of ${name}?`,
        text:
          'The person is out at once, and the three words no longer work. The lab stays as it is: whoever gets the seat ' +
          'next finds the files in it. To clear it, reset the seat afterwards.',
        yes: 'Free the seat',
      };
    case 'move':
      return {
        title: `Move ${name} to ${action.to}?`,
        text: `The person goes on in the lab of ${action.to}. Files and progress stay behind in ${action.seat}.`,
        yes: 'Move',
      };
    default:
      return undefined;
  }
}

function classQuestion(action: Action, state: BoardState): Confirmation | undefined {
  switch (action.action) {
    case 'faults':
      return {
        title: action.names.length > 0 ? `Turn on ${action.names.join(' and ')} in every lab?` : 'Turn all faults off?',
        text: 'Learners can’t switch faults by themselves after that.',
        yes: 'Apply to every lab',
      };
    case 'pause':
      return action.paused
        ? {
            title: 'Pause the class?',
            text: 'No seat is made or changed until you go on. People in seats notice nothing.',
            yes: 'Pause',
          }
        : { title: 'Go on?', text: 'Seats are made and changed again.', yes: 'Go on' };
    case 'extend':
      return {
        title: `Extend the class by ${action.minutes} minutes?`,
        text: 'It ends later by that time.',
        yes: 'Extend',
      };
    case 'addSeat':
      return { title: 'Add a seat?', text: 'The cluster needs room for one more lab.', yes: 'Add a seat' };
    case 'end':
      return {
        title: 'End the class now?',
        text:
          'Nobody can join or work any more. The seats then stop and keep their work, or are deleted, as ' +
          'spec.schedule.afterExpiry of the Workshop says. Export progress and answers first.',
        yes: 'End the class',
      };
    case 'poll':
      return state.poll && state.poll.id !== action.id
        ? { title: 'Ask another question?', text: 'The open poll closes. Its answers are kept.', yes: 'Ask it' }
        : undefined;
    default:
      return undefined;
  }
}
