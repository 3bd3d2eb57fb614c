// Which people the table shows, and in which order.
import type { Person } from '../../board/contract.ts';

export type SortKey = 'needs' | 'name' | 'progress' | 'since' | 'activity';
export type Show = 'all' | 'help' | 'stuck' | 'silent' | 'free';

export interface View {
  readonly sort: SortKey;
  readonly show: Show;
  /** Part of a name or of a seat's name, in any case. */
  readonly find: string;
  /** Names of the seats of one group of "Why". */
  readonly seats?: ReadonlySet<string> | undefined;
}

export const EVERYBODY: View = { sort: 'needs', show: 'all', find: '' };

/** @param people in the server's order, which is that of need */
export function select(people: readonly Person[], view: View): readonly Person[] {
  const shown = people.filter((person) => isShown(person, view));
  const compare = comparisons[view.sort];
  return compare ? shown.sort(compare) : shown;
}

function isShown(person: Person, { show, find, seats }: View): boolean {
  if (seats && !seats.has(person.seat)) return false;
  if (!matches(person, find.trim().toLocaleLowerCase())) return false;
  if (show === 'free') return !person.isClaimed;
  return show === 'all' || person.needs === show;
}

const matches = ({ name, seat }: Person, find: string): boolean =>
  name.toLocaleLowerCase().includes(find) || seat.includes(find);

/** Missing times come last. Array.sort is stable, so equals stay in the order of need. */
const earliest = (a: string | undefined, b: string | undefined): number => timeOf(a) - timeOf(b) || 0;
const timeOf = (text: string | undefined): number => {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? Number.MAX_SAFE_INTEGER : time;
};

const comparisons: Readonly<Record<SortKey, ((a: Person, b: Person) => number) | undefined>> = {
  needs: undefined,
  name: (a, b) => a.name.localeCompare(b.name),
  progress: (a, b) => a.passed.length - b.passed.length,
  since: (a, b) => earliest(a.since, b.since),
  activity: (a, b) => earliest(a.lastActivity, b.lastActivity),
};
