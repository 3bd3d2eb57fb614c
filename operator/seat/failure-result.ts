// Converts a failed request to the API server into the result of a phase.
import { ApiError, isForbidden, isInvalid, isOverQuota, isTerminating } from '../../kubernetes/api.ts';
import type { Failure } from '../engine/apply.ts';
import type { SeatContext } from './context.ts';
import { permanentProblem, problem, requeueAfter, unexpected } from './phase-result.ts';
import type { PhaseResult } from './phase-result.ts';

/**
 * Milliseconds for which a 403 Forbidden is retried without a report. New permissions take a moment to reach every API
 * server.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
const PERMISSIONS_MS = 5_000;
const PERMISSIONS_RETRY_MS = 50;

function forbidden(text: string, { memo, now }: SeatContext): PhaseResult {
  memo.forbiddenSince ??= now;
  if (now - memo.forbiddenSince < PERMISSIONS_MS) return requeueAfter(PERMISSIONS_RETRY_MS, 'PermissionsPending');
  return problem(
    'Forbidden',
    `The operator lacks a permission in the seat's namespace. The API server answered: ${text}. ` +
      "The chart's cluster roles were probably changed. Restore them with helm upgrade.",
  );
}

/**
 * Converts a failed write into a phase result. An error without a reason for the condition becomes an unexpected
 * problem.
 */
export function failureResult({ object, error }: Failure, context: SeatContext): PhaseResult {
  const name = `${object.kind} ${object.metadata.name}`;
  const text = error instanceof ApiError ? (error.status.message ?? error.message) : '';
  if (isTerminating(error))
    return problem(
      'NamespaceTerminating',
      `${name} can't be created because the namespace is being deleted. The operator creates the seat ` +
        'again after the deletion.',
    );
  if (isOverQuota(error))
    return problem(
      'OverQuota',
      `Expected room for ${name} in the seat's quota, found: ${text}. Delete what you don't need from the ` +
        'namespace, or raise spec.quota of the Workshop.',
    );
  if (isForbidden(error)) return forbidden(text, context);
  if (isInvalid(error))
    return permanentProblem(
      'Invalid',
      `Expected the API server to accept ${name}, found: ${text}. Change spec.lab of the Workshop.`,
    );
  return unexpected(error);
}
