// The records of the course's steps in the ConfigMap `<release>-progress`, and the proofs that steps were passed. The
// guide signs each passed step with a key that only the guide and the operator can read. So nobody can pass a step by
// editing the ConfigMap, and nobody can copy a passed step from another seat.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The highest number of failed checks that is counted. */
export const MOST_FAILURES = 999;

/** The last failed check of a step. */
export interface FailedCheck {
  /** Id of the finding. */
  readonly finding: string;
  readonly hop: string;
  /** How many checks of the step have failed in a row, up to MOST_FAILURES. */
  readonly times: number;
  readonly at: string;
}

export interface StepProgress {
  startedAt: string;
  passedAt?: string;
  /** Id of the trace that the step started with, or of the trace that passed its check. */
  traceId?: string;
  answers?: Record<string, string>;
  /** Unset once the step has passed or starts anew. */
  failed?: FailedCheck;
  proof?: string;
}

export type Steps = Record<string, StepProgress>;

/** What makes a guide's proofs different from those of every other guide. */
export interface Signer {
  readonly key: string | Buffer;
  /** The uid of the Seat. For a lab without a Seat, the namespace and the release. */
  readonly seat: string;
}

type PassedStep = Pick<StepProgress, 'passedAt' | 'traceId' | 'proof'>;

const hmac = ({ key }: Signer, text: string): string => createHmac('sha256', key).update(text).digest('hex');

/** Returns the proof that the step with this id was passed in the signer's seat, at its time and with its trace. */
export const proofOf = (signer: Signer, id: string, { passedAt = '', traceId = '' }: PassedStep): string =>
  hmac(signer, JSON.stringify([signer.seat, id, passedAt, traceId]));

/** Returns the proof as guides made it before 2026-12. It does not name the seat. */
const oldProofOf = (signer: Signer, id: string, { passedAt = '', traceId = '' }: PassedStep): string =>
  hmac(signer, [id, passedAt, traceId].join('\n'));

function isSame(expected: string, found: string | undefined): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(String(found))];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether the step was passed, and its proof is right. */
export const isProven = (signer: Signer, id: string, step: PassedStep | undefined): boolean =>
  step?.passedAt !== undefined && isSame(proofOf(signer, id, step), step.proof);

/** Whether the step was passed, and has a right proof of the old form. Each lab has a key of its own. */
export const hasOldProof = (signer: Signer, id: string, step: PassedStep | undefined): boolean =>
  step?.passedAt !== undefined && isSame(oldProofOf(signer, id, step), step.proof);

/** Parses the steps in the ConfigMap. Somebody may have edited them by hand, so it drops values that are not valid. */
export function stepsOf(text: string | undefined): Steps {
  try {
    const steps: unknown = JSON.parse(text ?? '{}');
    if (typeof steps !== 'object' || steps === null) return {};
    return Object.fromEntries(
      Object.entries(steps as Record<string, unknown>).filter((entry): entry is [string, StepProgress] =>
        isStep(entry[1]),
      ),
    );
  } catch {
    return {};
  }
}

function isStep(step: unknown): step is StepProgress {
  return (
    typeof step === 'object' &&
    step !== null &&
    'startedAt' in step &&
    !Number.isNaN(Date.parse(String(step.startedAt)))
  );
}
