// Finds the value that failed rounds have in common, for example the version of prizes. Some rounds fail for another
// reason than the fault, so not all failed rounds have this value. The most frequent value counts.

/** The values of a round that a learner can see in its trace. */
export interface SeenRound {
  readonly version: string;
  readonly pool: string;
  readonly client: string;
  readonly plugins: readonly string[];
}

/**
 * Lowest number of failed rounds to compare. If fewer rounds were compared, all of them could have the same browser
 * plugin by chance.
 */
export const ENOUGH = 4;

/**
 * Returns the most frequent value among the rounds.
 * @throws if there are too few rounds, or if two values are equally frequent
 */
export function shared(rounds: readonly SeenRound[], valuesOf: (round: SeenRound) => readonly string[]): string {
  const counts = [...Map.groupBy(rounds.flatMap(valuesOf), (value) => value)]
    .map(([value, same]) => ({ value, times: same.length }))
    .sort((a, b) => b.times - a.times);
  const [most, next] = counts;
  if (most === undefined || most.times < ENOUGH || most.times === next?.times)
    throw new Error(
      `expected a trait that most of ${rounds.length} rounds share, found ${JSON.stringify(counts)}. ` +
        'Look at more rounds.',
    );
  return most.value;
}

export const pluginsIn = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'none');
