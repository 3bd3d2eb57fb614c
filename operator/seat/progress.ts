// Verifies the attendee's progress in the ConfigMap that the guide writes. Only steps with the guide's signature count
// as passed, and the total comes from the course. Of the rest, only times, small numbers and ids that the course or the
// catalogue of findings knows get into the status. No text of a seat does.
import { hasOldProof, isProven, MOST_FAILURES, stepsOf } from '../../apps/guide/passed-steps.ts';
import type { FailedCheck, Signer, Steps } from '../../apps/guide/passed-steps.ts';
import { courseStepIds } from '../../course/step-ids.ts';
import { HOPS, isFinding } from '../../lab/findings.ts';
import { rfc3339 } from '../../kubernetes/conditions.ts';
import type { SeatStatus } from '../api/types.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';
import type { GuideSecrets, SeatContext } from './context.ts';
import { readGuideSecrets } from './guide-secrets.ts';

/** Milliseconds by which the attendee's clock may be ahead of the operator's clock. */
const CLOCK_SKEW_MS = 5 * 60_000;

const STEPS = courseStepIds();

export interface VerifiedProgress {
  readonly status: Pick<SeatStatus, 'exercises' | 'progress' | 'lastActivity' | 'course'>;
  /** How many steps the ConfigMap calls passed without a valid signature. */
  readonly unverified: number;
}

/**
 * Reads an RFC 3339 time. A time slightly in the future counts as now, because clocks differ. Returns undefined for a
 * time further in the future.
 * https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
function timeOf(text: unknown, now: number): string | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text))
    return undefined;
  const time = Date.parse(text);
  return time >= 0 && time <= now + CLOCK_SKEW_MS ? rfc3339(Math.min(time, now)) : undefined;
}

type Course = NonNullable<SeatStatus['course']>;

/**
 * Returns the failed check of a step as the status shows it, or undefined if the guide's record has anything that the
 * course does not know. An attendee may have edited the record.
 */
function checkOf(step: string, failed: Partial<FailedCheck> | null | undefined, now: number): Course['check'] {
  const { finding, hop: name, times, at: time } = failed ?? {};
  const [hop, at] = [HOPS.find((one) => one === name), timeOf(time, now)];
  const isCount = Number.isInteger(times) && Number(times) >= 1 && Number(times) <= MOST_FAILURES;
  if (!isFinding(finding) || hop === undefined || at === undefined || !isCount) return undefined;
  return { step, finding, hop, times: Number(times), at };
}

/** Returns where the attendee is in the course, or undefined if they have not begun. */
function courseOf(steps: Steps, passed: readonly string[], now: number): Course | undefined {
  const open = STEPS.filter((id) => !passed.includes(id)).flatMap((step) => {
    const since = timeOf(steps[step]?.startedAt, now);
    return since === undefined ? [] : [{ step, since }];
  });
  const latest = open.toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since)).at(-1);
  if (!latest) return passed.length === 0 ? undefined : { passed };
  const check = checkOf(latest.step, steps[latest.step]?.failed, now);
  return { ...latest, passed, ...(check && { check }) };
}

/** Returns a number of steps that the guide's account has written. Anything that is not a small number counts as 0. */
const numberOf = (text = ''): number => (/^\d{1,3}$/.test(text) ? Number(text) : 0);

/**
 * Returns the progress that the signatures prove. Without a signer it counts no step as passed. A signature of the old
 * form counts too, because a lab that was stopped before the upgrade has no other.
 */
export function progressOf(live: ConfigMap | undefined, now: number, signer: Signer | undefined): VerifiedProgress {
  const { passed: claim, lastActivity: activity, steps: text } = live?.data ?? {};
  const steps = stepsOf(text);
  const isPassed = (id: string): boolean =>
    signer !== undefined && (isProven(signer, id, steps[id]) || hasOldProof(signer, id, steps[id]));
  const passed = STEPS.filter(isPassed);
  const course = courseOf(steps, passed, now);
  const claimed = STEPS.filter((id) => steps[id]?.passedAt !== undefined).length;
  const lastActivity = timeOf(activity, now);
  return {
    status: {
      exercises: { passed: passed.length, total: STEPS.length },
      progress: `${passed.length}/${STEPS.length}`,
      ...(lastActivity !== undefined && { lastActivity }),
      ...(course && { course }),
    },
    unverified: Math.max(claimed, numberOf(claim)) - passed.length,
  };
}

const signerOf = ({ seat: { metadata } }: SeatContext, secrets: GuideSecrets | undefined): Signer | undefined =>
  secrets?.key === undefined ? undefined : { key: secrets.key, seat: metadata.uid ?? '' };

/**
 * Returns the attendee's progress. It reads the guide's key only if the key that it remembers proves too little, and
 * only once for each version of the ConfigMap.
 */
export async function verifiedProgress(context: SeatContext, live: ConfigMap | undefined): Promise<VerifiedProgress> {
  const { memo, now } = context;
  const version = live?.metadata.resourceVersion;
  const known = progressOf(live, now, signerOf(context, memo.guideSecrets));
  if (known.unverified === 0 || memo.keyReadFor === version) return known;
  const secrets = await readGuideSecrets(context);
  memo.keyReadFor = version;
  return progressOf(live, now, signerOf(context, secrets));
}
