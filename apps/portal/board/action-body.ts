// Reads the body of an action, and says what is wrong with it.
import { CLASS_LIMITS } from '../../../lab/class-limits.ts';
import { isFault, FAULTS } from '../../../lab/faults.ts';
import { isShowable, isVisible } from '../../../support/shown-text.ts';
import { BadAction } from './bad-action.ts';
import type { Action, ActionName, ActionOf } from './contract.ts';

/** Minutes by which one action extends a class at most. */
const MOST_MINUTES = 24 * 60;

type Body = Readonly<Record<string, unknown>>;

const found = (value: unknown): string => {
  if (value === undefined) return 'none';
  const text = typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

/** Text of at most `longest` characters. Line breaks are kept if `lines` is true; other control characters never. */
export function textIn(body: Body, field: string, longest: number, lines = false): string {
  const value = body[field];
  if (typeof value !== 'string') throw new BadAction(`expected text in “${field}”, found ${found(value)}.`);
  const text = value.normalize('NFC').replace(/\r\n?/g, '\n').trim();
  const { length } = [...text];
  if (length === 0 || length > longest)
    throw new BadAction(`expected 1 to ${longest} characters in “${field}”, found ${length}. Change the text.`);
  // Characters that turn the direction of text would change what stands beside it on a page.
  if (!isVisible(text) || !isShowable(text, { lines }))
    throw new BadAction(`expected characters that can be shown in “${field}”, found others. Type the text by hand.`);
  return text;
}

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

function labelIn(body: Body, field: string, longest: number): string {
  const text = textIn(body, field, longest);
  if (DNS_LABEL.test(text)) return text;
  throw new BadAction(`expected lower-case letters, digits and hyphens in “${field}”, found ${found(text)}.`);
}

function flagIn(body: Body, field: string): boolean {
  const value = body[field];
  if (typeof value === 'boolean') return value;
  throw new BadAction(`expected true or false in “${field}”, found ${found(value)}.`);
}

function minutesIn(body: Body): number {
  const { minutes } = body;
  if (Number.isInteger(minutes) && Number(minutes) >= 1 && Number(minutes) <= MOST_MINUTES) return Number(minutes);
  throw new BadAction(`expected 1 to ${MOST_MINUTES} whole “minutes”, found ${found(minutes)}.`);
}

function listIn(body: Body, field: string, most: number): unknown[] {
  const value = body[field];
  if (Array.isArray(value) && value.length <= most) return value;
  throw new BadAction(`expected a list of at most ${most} in “${field}”, found ${found(value)}.`);
}

function faultsIn(body: Body): readonly string[] {
  const names = listIn(body, 'names', FAULTS.length);
  const unknown = names.find((name) => !isFault(name));
  if (unknown !== undefined)
    throw new BadAction(`expected faults of ${FAULTS.join(', ')}, found ${found(unknown)}. Reload the board.`);
  return [...new Set(names as string[])].sort();
}

function optionsIn(body: Body): readonly string[] {
  const options = listIn(body, 'options', CLASS_LIMITS.options).map((text) =>
    textIn({ option: text }, 'option', CLASS_LIMITS.option),
  );
  if (options.length === 1 || new Set(options).size !== options.length)
    throw new BadAction('expected two different options or more, or none. Change the options.');
  return options;
}

const seatIn = (body: Body): string => labelIn(body, 'seat', 63);

type SeatOnly = { [K in ActionName]: ActionOf<K> extends { seat: string } ? K : never }[ActionName];

const ofSeat =
  <K extends Exclude<SeatOnly, 'move' | 'take'>>(action: K) =>
  (body: Body) => ({ action, seat: seatIn(body) });

const readers: { readonly [K in ActionName]: (body: Body) => ActionOf<K> } = {
  take: (body) => ({
    action: 'take',
    seat: seatIn(body),
    ...(body['from'] !== undefined && { from: textIn(body, 'from', CLASS_LIMITS.name) }),
  }),
  resolve: ofSeat('resolve'),
  reset: ofSeat('reset'),
  stop: ofSeat('stop'),
  start: ofSeat('start'),
  free: ofSeat('free'),
  link: ofSeat('link'),
  lookIn: ofSeat('lookIn'),
  askTakeover: ofSeat('askTakeover'),
  endVisit: ofSeat('endVisit'),
  move: (body) => ({ action: 'move', seat: seatIn(body), to: labelIn(body, 'to', 63) }),
  hint: (body) => ({
    action: 'hint',
    ...(body['seat'] !== undefined && { seat: seatIn(body) }),
    text: textIn(body, 'text', CLASS_LIMITS.words, true),
  }),
  faults: (body) => ({ action: 'faults', names: faultsIn(body) }),
  pause: (body) => ({ action: 'pause', paused: flagIn(body, 'paused') }),
  extend: (body) => ({ action: 'extend', minutes: minutesIn(body) }),
  end: () => ({ action: 'end' }),
  closePoll: () => ({ action: 'closePoll' }),
  addSeat: (body) => ({
    action: 'addSeat',
    ...(body['name'] !== undefined && { name: textIn(body, 'name', CLASS_LIMITS.name) }),
  }),
  poll: (body) => ({
    action: 'poll',
    id: labelIn(body, 'id', CLASS_LIMITS.pollId),
    question: textIn(body, 'question', CLASS_LIMITS.question),
    ...(body['options'] !== undefined && { options: optionsIn(body) }),
  }),
};

/** Reads the body of a request. @throws BadAction that says what was expected and found */
export function actionIn(body: unknown): Action {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new BadAction('expected a JSON object with “action”, found something else. Reload the board.');
  const fields = body as Body;
  const { action } = fields;
  if (typeof action === 'string' && Object.hasOwn(readers, action)) return readers[action as ActionName](fields);
  throw new BadAction(`expected “action” to be one of ${Object.keys(readers).join(', ')}, found ${found(action)}.`);
}
