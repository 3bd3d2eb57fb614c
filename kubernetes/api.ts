// What the reconcilers ask of the API server, and what can go wrong. `client.ts` does it over HTTP.
import type { Kind, KubeObject } from './object.ts';

/** The body of an answer that is no success: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Status {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly field?: string; readonly message?: string }[];
  };
}

/** The API server said no. What it said is in `message`. */
export class ApiError extends Error {
  readonly code: number;
  readonly status: Status;

  constructor(request: string, code: number, status: Status) {
    super(`${request} was answered ${code} ${status.reason ?? ''}: ${status.message ?? 'no message'}`);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
  }
}

const answered = (error: unknown, code: number, reason?: string): error is ApiError =>
  error instanceof ApiError && error.code === code && (reason === undefined || error.status.reason === reason);

export const isNotFound = (error: unknown): error is ApiError => answered(error, 404);
export const isConflict = (error: unknown): error is ApiError => answered(error, 409, 'Conflict');
export const isAlreadyExists = (error: unknown): error is ApiError => answered(error, 409, 'AlreadyExists');
export const isInvalid = (error: unknown): error is ApiError => answered(error, 422);
export const isGone = (error: unknown): error is ApiError => answered(error, 410);
export const isTooManyRequests = (error: unknown): error is ApiError => answered(error, 429);
export const isForbidden = (error: unknown): error is ApiError => answered(error, 403);
/** The namespace's ResourceQuota says no, rather than RBAC. */
export const isOverQuota = (error: unknown): error is ApiError =>
  answered(error, 403) && (error.status.message ?? '').includes('exceeded quota');
/** Nothing new can be made in a namespace that is being deleted. */
export const isTerminating = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  (error.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');

/** A write was asked for by a process that does not lead, or no longer; nothing was sent. */
export class NotLeadingError extends Error {
  constructor() {
    super('Expected to be the leader, found that another may be: nothing was written.');
    this.name = 'NotLeadingError';
  }
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface DeleteOptions {
  /** Deletes that very object, and not one that has come in its place. */
  readonly uid?: string;
  readonly gracePeriodSeconds?: number;
}

/** All methods throw ApiError, a NotLeadingError (those that write), or what the connection failed with. */
export interface Api {
  /** The object, or undefined where there is none. */
  get<T extends KubeObject>(kind: Kind, name: string, namespace?: string): Promise<T | undefined>;
  /** All objects, page after page. */
  list<T extends KubeObject>(kind: Kind, options?: ListOptions): Promise<T[]>;
  create<T extends KubeObject>(object: T): Promise<T>;
  /** Server-side apply, forced, as FIELD_MANAGER. https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
  apply<T extends KubeObject>(object: KubeObject, subresource?: 'status'): Promise<T>;
  /** A JSON merge patch; put resourceVersion into its metadata where the object must not have changed meanwhile. */
  mergePatch<T extends KubeObject>(
    kind: Kind,
    key: { readonly name: string; readonly namespace?: string },
    patch: object,
  ): Promise<T>;
  /** That there is none already is no error. */
  delete(
    kind: Kind,
    key: { readonly name: string; readonly namespace?: string },
    options?: DeleteOptions,
  ): Promise<void>;
  /** A token of a ServiceAccount. https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
  token(
    account: { readonly name: string; readonly namespace: string },
    seconds: number,
  ): Promise<{ readonly token: string; readonly expiresAt: string }>;
}
