// The requests that a program can send to the API server, and their errors. `client.ts` implements them over HTTP.
import type { Kind, KubeObject } from './object.ts';

/**
 * The body of the API server's error response.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
 */
export interface Status {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly field?: string; readonly message?: string }[];
  };
}

/** Thrown when the API server refuses a request. The message contains the server's own message. */
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
/**
 * Returns whether a ResourceQuota of the namespace refused the request. A request that RBAC refuses also fails with
 * 403, but with another error message.
 */
export const isOverQuota = (error: unknown): error is ApiError =>
  answered(error, 403) && (error.status.message ?? '').includes('exceeded quota');
/** Returns whether the request failed because the namespace is being deleted and accepts no new objects. */
export const isTerminating = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  (error.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');

/** Thrown instead of sending a write request while this process may not be the leader. Only the leader may write. */
export class NotLeadingError extends Error {
  constructor() {
    super('Expected this process to be the leader, found that another may be. The write was not sent.');
    this.name = 'NotLeadingError';
  }
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface DeleteOptions {
  /** Deletes the object only if it has this uid. A newer object of the same name has another uid, so it is kept. */
  readonly uid?: string;
  readonly gracePeriodSeconds?: number;
}

/**
 * The requests to the API server. All methods throw ApiError or a connection error. Writes may also throw
 * NotLeadingError.
 */
export interface Api {
  /** Returns the object, or undefined if it doesn't exist. */
  get<T extends KubeObject>(kind: Kind, name: string, namespace?: string): Promise<T | undefined>;
  /** Reads all objects of a kind page by page and returns them. */
  list<T extends KubeObject>(kind: Kind, options?: ListOptions): Promise<T[]>;
  create<T extends KubeObject>(object: T): Promise<T>;
  /**
   * Applies the object with server-side apply. If another field manager owns a field of `object`, takes the field over.
   * https://kubernetes.io/docs/reference/using-api/server-side-apply/
   */
  apply<T extends KubeObject>(object: KubeObject, subresource?: 'status'): Promise<T>;
  /**
   * Sends a JSON merge patch. If the patch contains a resourceVersion, the request fails when the object has changed
   * since that version.
   */
  mergePatch<T extends KubeObject>(
    kind: Kind,
    key: { readonly name: string; readonly namespace?: string },
    patch: object,
  ): Promise<T>;
  /** Deletes an object. Does nothing if the object doesn't exist. */
  delete(
    kind: Kind,
    key: { readonly name: string; readonly namespace?: string },
    options?: DeleteOptions,
  ): Promise<void>;
  /**
   * Requests a new token for a ServiceAccount. The token is valid for `seconds` seconds.
   * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
   */
  token(
    account: { readonly name: string; readonly namespace: string },
    seconds: number,
  ): Promise<{ readonly token: string; readonly expiresAt: string }>;
}
