// Fails the seat if its quota is too small for the lab. This phase runs before any object is created.
import type { LabContext } from '../context.ts';
import { DONE, permanentProblem } from '../phase-result.ts';
import type { PhaseResult } from '../phase-result.ts';
import type { Phase } from '../phase.ts';
import { quotaProblem } from '../quota.ts';

function checkQuota({ desired, seat }: LabContext): PhaseResult {
  const message = quotaProblem(desired.lab.requirements, seat.spec.quota);
  return message === undefined ? DONE : permanentProblem('QuotaTooSmall', message);
}

export const quotaCheck: Phase<LabContext> = {
  condition: 'Provisioned',
  reconcile: (context) => Promise.resolve(checkQuota(context)),
};
