// Finds the trait that failed rounds share. A round may have failed for another reason, so the most frequent value
// counts.

/** What a learner sees of a round. */
export interface SeenRound {
  readonly version: string;
  readonly pool: string;
  readonly client: string;
  readonly plugins: readonly string[];
}

/** Number of failed rounds that are needed to tell a shared plugin from a chance one. */
export const ENOUGH = 4;

/** The value that most rounds have. @throws if no value is more frequent than every other one */
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
