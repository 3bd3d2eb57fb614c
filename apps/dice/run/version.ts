// Chooses with which of the learner's files dice starts. The ConfigMap's volume shows a change up to a minute late, so
// the files of a Run are in a folder in memory too. The learner's code can write there, so only what the guide has
// signed counts as a newer version.
import { hashesOf, isOfTexts, RUN_FILES } from '../../../lab/run-token.ts';
import type { RunClaims, RunTexts } from '../../../lab/run-token.ts';

/** The learner's files, and the guide's proof that it has written them, if there is a right one. */
export interface Version {
  readonly texts: RunTexts;
  readonly token?: string | undefined;
  readonly claims?: RunClaims | undefined;
  /** app.ts as JavaScript, from the check of a Run. */
  readonly script?: string | undefined;
}

/** Why a Run's files don't run. */
export interface Failure {
  /** The Run's number. */
  readonly n: number;
  readonly files: RunClaims['files'];
  /** `error`: the text is what Node or dice printed. */
  readonly kind: 'error' | 'loop' | 'silent' | 'ended';
  readonly text: string;
  readonly line?: number;
}

/** What dice finds when it starts. */
export interface Versions {
  /** The ConfigMap's volume. Its claims may be those of a Run before somebody edited the ConfigMap with kubectl. */
  readonly mounted: Version;
  /** What has run last. */
  readonly current?: Version | undefined;
  /** What a Run has handed over, and what has not yet proved that it starts. */
  readonly next?: Version | undefined;
  readonly failed?: Failure | undefined;
  /** The number of the Run whose files this process tries, because the process before has asked for it. */
  readonly trial?: number | undefined;
}

export interface Choice extends Version {
  /** The number of the Run whose files these are, or 0 if no Run wrote them. */
  readonly n: number;
  /** Whether the version before is to serve again if this one doesn't. */
  readonly isTrial: boolean;
  readonly failed?: Failure | undefined;
}

/** Returns the version to start with, and what is known of a failed one. */
export function choose(found: Versions): Choice {
  const { mounted, current, next, trial } = found;
  if (next?.claims && next.claims.n === trial) return { ...next, n: trial, isTrial: true };
  const failed = next?.claims ? endedHard(next.claims) : found.failed;
  const ranked = [mounted, ...(current ? [current] : [])].filter(({ texts }) => !hasFailed(failed, texts));
  const [best = mounted] = ranked.toSorted((a, b) => rankOf(b, b === current) - rankOf(a, a === current));
  return { ...best, n: numberOf(best), isTrial: false, failed };
}

/** Returns the highest number of a Run that the versions tell of. Dice takes no Run with a lower one. */
export const highest = ({ mounted, current, next, failed }: Versions): number =>
  Math.max(failed?.n ?? 0, ...[mounted, current, next].map((version) => version?.claims?.n ?? 0));

/**
 * Returns a higher number for a newer version. A mounted file that differs from the guide's was edited after the Run.
 * What no Run wrote is older than each Run, and what no guide signed is older still.
 */
function rankOf({ texts, claims }: Version, isCurrent: boolean): number {
  const isSigned = claims !== undefined && isOfTexts(claims, texts);
  if (isCurrent && !isSigned) return -1;
  return claims === undefined ? 0 : 2 * claims.n + (isSigned ? 0 : 1);
}

const numberOf = ({ texts, claims }: Version): number => (claims && isOfTexts(claims, texts) ? claims.n : 0);

function hasFailed(failed: Failure | undefined, texts: RunTexts): boolean {
  const hashes = hashesOf(texts);
  return failed !== undefined && RUN_FILES.every((name) => failed.files[name] === hashes[name]);
}

/** The process that tried the files has ended before it could say why: it was killed, or ran out of memory. */
const endedHard = ({ n, files }: RunClaims): Failure => ({
  n,
  files,
  kind: 'ended',
  text: 'the container ended while your code started: out of memory, or killed?',
});
