// Creates what must exist before a pod may start: default resource limits, network policies, and accounts with their
// roles.
import { NAMES } from '../../api/types.ts';
import { isAlreadyExists } from '../../../kubernetes/api.ts';
import { keyOf } from '../../../kubernetes/object.ts';
import type { KubeObject } from '../../../kubernetes/object.ts';
import type { LabContext } from '../context.ts';
import { failureResult } from '../failure-result.ts';
import { DONE, inOrder } from '../phase-result.ts';
import type { PhaseResult } from '../phase-result.ts';
import type { Phase } from '../phase.ts';
import type { LabObject } from '../types.ts';
import { applyAll } from '../write-objects.ts';

async function createSecret(context: LabContext, object: LabObject): Promise<PhaseResult> {
  try {
    await context.options.api.create<KubeObject>(object);
  } catch (error) {
    if (!isAlreadyExists(error)) return failureResult({ object, error }, context);
  }
  return DONE;
}

/**
 * Creates the lab's Secrets without data, before the accounts that may fill them. The operator does not
 * watch Secrets, so it can't see whether they exist. It creates them whenever one of the lab's accounts is missing.
 */
async function createSecrets(context: LabContext): Promise<PhaseResult> {
  const { desired, options } = context;
  const accounts = desired.guardrails.filter(
    ({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name !== NAMES.attendee,
  );
  const isNew = accounts.some((account) => options.stores.ServiceAccount.get(keyOf(account)) === undefined);
  return isNew ? inOrder(...desired.secrets.map((secret) => () => createSecret(context, secret))) : DONE;
}

/**
 * Applies one object before all others. If the operator has no permissions yet, only one request fails instead of
 * thirty.
 */
async function applyFirst(context: LabContext): Promise<PhaseResult> {
  const { quota, limits } = context.desired;
  const hasQuota = context.options.stores.ResourceQuota.get(keyOf(quota)) !== undefined;
  return applyAll(context, [hasQuota ? quota : limits]);
}

export const guardrails: Phase<LabContext> = {
  condition: 'Provisioned',
  reconcile: (context) =>
    inOrder(
      () => createSecrets(context),
      () => applyFirst(context),
      () => applyAll(context, [context.desired.limits, ...context.desired.guardrails]),
    ),
};
