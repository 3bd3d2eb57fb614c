// What keeps a seat from being as it should: told apart from errors that nobody has foreseen.
import { ApiError, isForbidden, isInvalid, isOverQuota, isTerminating } from '../../kubernetes/api.ts';
import type { Failure } from '../engine/apply.ts';
import type { SeatMemo } from './options.ts';
import type { Why } from './readiness.ts';

/** Foreseen: the seat's conditions say what it is and what to do. */
export class SeatProblem extends Error implements Why {
  readonly reason: string;
  /** Waiting mends nothing: the seat has failed, until something changes. */
  readonly permanent: boolean;

  constructor({ reason, message }: Why, options: ErrorOptions & { readonly permanent?: boolean } = {}) {
    super(message, options);
    this.name = 'SeatProblem';
    this.reason = reason;
    this.permanent = options.permanent ?? false;
  }
}

/** Nothing is wrong; in so many milliseconds it will be different. */
export class LookAgain extends Error {
  readonly after: number;

  constructor(after: number) {
    super(`Look again in ${after} ms.`);
    this.name = 'LookAgain';
    this.after = after;
  }
}

/** Rights take milliseconds to be known to all API servers. https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
const RIGHTS_MS = 5_000;
const RIGHTS_RETRY_MS = 50;

function forbidden(error: ApiError, note: SeatMemo, now: number): Error {
  note.forbiddenSince ??= now;
  if (now - note.forbiddenSince < RIGHTS_MS) return new LookAgain(RIGHTS_RETRY_MS);
  return new SeatProblem(
    {
      reason: 'Forbidden',
      message:
        `Expected the operator to be allowed what it needs in the namespace, found: ${error.status.message ?? error.message}. ` +
        "See that the chart's cluster roles are as they were installed: helm upgrade restores them.",
    },
    { cause: error },
  );
}

const called = ({ object: { kind, metadata } }: Failure): string => `${kind} ${metadata.name}`;

/** What a failed write means for the seat; an error that nobody has foreseen is returned as it is. */
export function meaningOf(failure: Failure, note: SeatMemo, now: number): unknown {
  const { error } = failure;
  const said = error instanceof ApiError ? (error.status.message ?? error.message) : '';
  if (isTerminating(error)) {
    return new SeatProblem(
      {
        reason: 'NamespaceTerminating',
        message: `The namespace is being deleted, so ${called(failure)} can't be made. It is made anew once it is gone.`,
      },
      { cause: error },
    );
  }
  if (isOverQuota(error)) {
    return new SeatProblem(
      {
        reason: 'OverQuota',
        message: `Expected room for ${called(failure)} in the seat's quota, found: ${said}. Delete what isn't needed from the namespace, or raise spec.quota of the Workshop.`,
      },
      { cause: error },
    );
  }
  if (isForbidden(error)) return forbidden(error, note, now);
  if (isInvalid(error)) {
    return new SeatProblem(
      {
        reason: 'Invalid',
        message: `Expected the API server to take ${called(failure)}, found: ${said}. Change spec.lab of the Workshop.`,
      },
      { cause: error, permanent: true },
    );
  }
  return error;
}

/** Of several failures the one to act on: a permanent one, else any that was foreseen, else the first. */
export function worstOf(meanings: readonly unknown[]): unknown {
  return (
    meanings.find((one) => one instanceof SeatProblem && one.permanent) ??
    meanings.find((one) => one instanceof SeatProblem) ??
    meanings.find((one) => !(one instanceof LookAgain)) ??
    meanings[0]
  );
}
