// What the class bar says: ages, and the news that a screen reader reads.
import type { ClassState, Hint, Visit } from '../../class-contract.ts';

const MINUTE = 60_000; // ms

/** Returns how long ago something was, in words. @param ms milliseconds, also negative if clocks differ */
export function ago(ms: number): string {
  const minutes = Math.floor(ms / MINUTE);
  if (minutes < 1) return 'just now';
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

export const hintTitle = ({ by, toAll }: Hint): string => (toAll ? `To all, from ${by}` : `Hint from ${by}`);

export function visitText({ by, takeover }: Visit): string {
  if (takeover === 'asked') return `${by} asks to work in your lab.`;
  return takeover === 'granted' ? `${by} can work in your lab.` : `${by} is looking at your lab (read-only).`;
}

const keyOfHint = ({ at, by, text }: Hint): string => JSON.stringify([at, by, text]);

/** Whether two hints are the same one. */
export const isSameHint = (one: Hint, other: Hint): boolean => keyOfHint(one) === keyOfHint(other);

/** Returns what has changed from one state to the next, in sentences. What the person did itself is no news. */
export function newsOf(before: ClassState, after: ClassState): string[] {
  return [
    helpNews(before, after),
    ...hintNews(before, after),
    visitNews(before, after),
    pollNews(before, after),
  ].filter((text) => text !== undefined);
}

function helpNews(before: ClassState, after: ClassState): string | undefined {
  const { takenBy } = after.help ?? {};
  if (takenBy !== undefined && takenBy !== before.help?.takenBy) return `${takenBy} is coming.`;
  return before.help && !after.help ? 'Your request for help is closed.' : undefined;
}

const hintNews = (before: ClassState, after: ClassState): string[] =>
  after.hints
    .filter((hint) => !before.hints.some((known) => isSameHint(known, hint)))
    .map((hint) => `${hintTitle(hint)}: ${hint.text}`);

function visitNews(before: ClassState, after: ClassState): string | undefined {
  const [was, is] = [before.visit && visitText(before.visit), after.visit && visitText(after.visit)];
  if (is === was) return undefined;
  return is ?? `${before.visit?.by ?? 'Nobody'} no longer looks at your lab.`;
}

const pollNews = (before: ClassState, { poll }: ClassState): string | undefined =>
  poll && poll.id !== before.poll?.id ? `A question to all: ${poll.question}` : undefined;
