// What a learner makes of rounds that failed: which trait is it that they share? One may have failed for another reason, so the most count.

/** What is seen of a round. */
export interface Seen {
  readonly version: string;
  readonly pool: string;
  readonly client: string;
  readonly plugins: readonly string[];
}

/** So many rounds that failed tell which plugin it is, and not one that goes with it by chance. */
export const ENOUGH = 4;

/** @throws Error where no value is in more rounds than every other */
export function shared(rounds: readonly Seen[], valuesOf: (round: Seen) => readonly string[]): string {
  const all = rounds.flatMap(valuesOf);
  const counts = [...Map.groupBy(all, (value) => value)]
    .map(([value, found]) => ({ value, times: found.length }))
    .sort((a, b) => b.times - a.times);
  const [most, next] = counts;
  if (most === undefined || most.times < ENOUGH || most.times === next?.times)
    throw new Error(`no trait stands out among ${rounds.length} rounds: ${JSON.stringify(counts)}`);
  return most.value;
}

export const pluginsIn = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'none');
