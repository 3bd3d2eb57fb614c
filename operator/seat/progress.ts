// Verifies the attendee's progress in the ConfigMap that the guide writes. Only steps with the guide's signature count,
// and the total comes from the course. Nobody else's numbers are copied.
import { hasOldProof, isProven, stepsOf } from '../../apps/guide/passed-steps.ts';
import type { Signer } from '../../apps/guide/passed-steps.ts';
import { courseStepIds } from '../../course/step-ids.ts';
import { rfc3339 } from '../../kubernetes/conditions.ts';
import type { SeatStatus } from '../api/types.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';
import type { GuideSecrets, SeatContext } from './context.ts';
import { readGuideSecrets } from './guide-secrets.ts';

/** Milliseconds by which the attendee's clock may be ahead of the operator's clock. */
const CLOCK_SKEW_MS = 5 * 60_000;

const STEPS = courseStepIds();

export interface VerifiedProgress {
  readonly status: Pick<SeatStatus, 'exercises' | 'progress' | 'lastActivity'>;
  /** How many steps the ConfigMap calls passed without a valid signature. */
  readonly unverified: number;
}

/**
 * Reads an RFC 3339 time. A time slightly in the future counts as now, because clocks differ. Returns undefined for a
 * time further in the future.
 * https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
function timeOf(text: string | undefined, now: number): string | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text))
    return undefined;
  const time = Date.parse(text);
  return time >= 0 && time <= now + CLOCK_SKEW_MS ? rfc3339(Math.min(time, now)) : undefined;
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
  const passed = STEPS.filter(isPassed).length;
  const claimed = STEPS.filter((id) => steps[id]?.passedAt !== undefined).length;
  const lastActivity = timeOf(activity, now);
  return {
    status: {
      exercises: { passed, total: STEPS.length },
      progress: `${passed}/${STEPS.length}`,
      ...(lastActivity !== undefined && { lastActivity }),
    },
    unverified: Math.max(claimed, numberOf(claim)) - passed,
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
