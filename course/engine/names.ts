// Finds names that differ a little from the one that a step asks for, such as roll_value for roll.value.
import { nearest } from '../../support/nearest.ts';

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Returns what to do about a name that is almost the wanted one, or undefined if none is, or if one is right. */
export function renameHint(wanted: string, names: readonly string[]): string | undefined {
  if (names.includes(wanted)) return undefined;
  const meant = names.find((name) => plain(name) === plain(wanted)) ?? nearest(wanted, names);
  return meant === undefined ? undefined : `Call it ${wanted}, not ${meant}: the name has to be exact.`;
}
