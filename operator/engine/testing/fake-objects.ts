// The requests and errors of the fake API server, and its helper functions for objects.
import { ApiError } from '../../../kubernetes/api.ts';
import type { Status } from '../../../kubernetes/api.ts';
import type { Kind, KubeObject, ObjectMeta } from '../../../kubernetes/object.ts';
import type { JsonMap } from './merge.ts';

export type Named = { readonly name: string; readonly namespace?: string };

/** A request that the fake API server has received. */
export interface FakeRequest {
  readonly verb: 'get' | 'list' | 'create' | 'apply' | 'mergePatch' | 'delete' | 'token';
  readonly kind: string;
  /** Name of the object. Undefined for the verb `list`. */
  readonly name?: string;
  readonly namespace?: string;
  readonly subresource?: 'status';
  /** The body of the request: the object to write, the patch, or the options. */
  readonly body?: unknown;
}

/** Builds the error for an error response of the API server. */
export const apiError = (code: number, reason: string, message = reason, details: Status['details'] = {}): ApiError =>
  new ApiError('The request', code, { reason, message, details });

export const json = (value: object): JsonMap => structuredClone(value) as JsonMap;
export const named = (name: string, namespace?: string): Named =>
  namespace === undefined ? { name } : { name, namespace };
export const keyText = ({ name, namespace }: Named): string =>
  namespace === undefined ? name : `${namespace}/${name}`;
export const ownerId = (kind: Kind, key: Named, subresource: string): string =>
  `${kind.kind} ${keyText(key)} ${subresource}`;
export const request = (verb: FakeRequest['verb'], object: KubeObject): FakeRequest => ({
  verb,
  kind: object.kind,
  ...named(object.metadata.name, object.metadata.namespace),
  body: object,
});
export const notFound = (resource: string, name: string): ApiError =>
  apiError(404, 'NotFound', `${resource} "${name}" not found`);
export const pick = (object: JsonMap, field: string): JsonMap =>
  object[field] === undefined ? {} : { [field]: object[field] };
const without = (object: JsonMap, ...keys: string[]): JsonMap =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
export const specOf = (object: JsonMap): JsonMap => without(object, 'metadata', 'status');

/** Returns an object without its status and without the metadata that only the API server sets. */
export function writable(object: JsonMap): JsonMap {
  const metadata = without(
    (object['metadata'] ?? {}) as JsonMap,
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
  );
  return withoutUndefined({ ...without(object, 'status'), metadata });
}

/**
 * Checks the uid and resourceVersion of a request.
 * @throws ApiError 409 if one of them differs from that of the live object
 */
export function checkPreconditions(live: KubeObject, { uid, resourceVersion }: Partial<ObjectMeta>): void {
  if (uid !== undefined && uid !== live.metadata.uid)
    throw apiError(
      409,
      'Conflict',
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
    );
  if (resourceVersion === undefined || resourceVersion === live.metadata.resourceVersion) return;
  throw apiError(
    409,
    'Conflict',
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

/** Copies a value without the keys whose value is undefined, as JSON does. */
export const withoutUndefined = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Returns JSON text with sorted keys, so that equal objects have equal texts. */
export const canonical = (value: object): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

export const fieldAt = (object: KubeObject, path: string): unknown =>
  path.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], object);

/** Freezes an object and everything in it. A reconciler that changes an object from a store then fails its test. */
export function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part as object);
  return Object.freeze(value);
}
