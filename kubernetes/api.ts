// The requests that a program makes to the API server, and their errors. `client.ts` implements them over HTTP.
import type { Kind, KubeObject } from './object.ts';

/** The body of an error answer. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Status {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly field?: string; readonly message?: string }[];
  };
}

/** The API server refused a request. `message` holds its words. */
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
/** The namespace's ResourceQuota refused the request, and not RBAC. */
export const isOverQuota = (error: unknown): error is ApiError =>
  answered(error, 403) && (error.status.message ?? '').includes('exceeded quota');
/** The namespace is being deleted, so it takes no new objects. */
export const isTerminating = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  (error.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');

/** This process is not the leader, so the write was not sent. */
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
  /** Deletes only the object with this uid, and not one that has replaced it. */
  readonly uid?: string;
  readonly gracePeriodSeconds?: number;
}

/** All methods throw ApiError, or the connection's error. Those that write also throw NotLeadingError. */
export interface Api {
  /** The object, or undefined when there is none. */
  get<T extends KubeObject>(kind: Kind, name: string, namespace?: string): Promise<T | undefined>;
  /** All objects, read page by page. */
  list<T extends KubeObject>(kind: Kind, options?: ListOptions): Promise<T[]>;
  create<T extends KubeObject>(object: T): Promise<T>;
  /**
   * Forced server-side apply as this client's field manager.
   * https://kubernetes.io/docs/reference/using-api/server-side-apply/
   */
  apply<T extends KubeObject>(object: KubeObject, subresource?: 'status'): Promise<T>;
  /** A JSON merge patch. With a resourceVersion in its metadata it fails when the object has changed meanwhile. */
  mergePatch<T extends KubeObject>(
    kind: Kind,
    key: { readonly name: string; readonly namespace?: string },
    patch: object,
  ): Promise<T>;
  /** Deletes an object. A missing object is no error. */
  delete(
    kind: Kind,
    key: { readonly name: string; readonly namespace?: string },
    options?: DeleteOptions,
  ): Promise<void>;
  /**
   * A new token of a ServiceAccount.
   * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
   */
  token(
    account: { readonly name: string; readonly namespace: string },
    seconds: number,
  ): Promise<{ readonly token: string; readonly expiresAt: string }>;
}
