// Finds fields of a live object that somebody wrote although the desired object does not have them, such as an added
// container, and builds a patch that removes them. It decides by field and not by the manager's name, because whoever
// writes a field chooses that name.
import type { KubeObject } from '../../kubernetes/object.ts';
import type { FieldSet, ManagedFields } from './managed-fields.ts';

type JsonMap = Readonly<Record<string, unknown>>;

/** The names of the fields from an object to one of its fields. A list item appears as its key, such as `k:{…}`. */
export type FieldPath = readonly string[];

/** Whether others may write this field, although the desired object does not have it. */
export type IsShared = (object: KubeObject, path: FieldPath) => boolean;

export interface Surplus {
  /** The field as text, such as spec.template.spec.hostAliases. */
  readonly field: string;
  readonly path: FieldPath;
  /** Name of the manager that has written the field. */
  readonly manager: string;
}

/** A part of the object: its live value, and its desired value. */
interface Part {
  readonly live: unknown;
  readonly desired: unknown;
}

/** Fields of the metadata that are compared. Labels and annotations of others stay. */
const METADATA = ['finalizers', 'ownerReferences'];
const KEY_DEFAULTS: JsonMap = { protocol: 'TCP' };

const isMap = (value: unknown): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const isIgnored = ([first, second]: FieldPath): boolean =>
  first === 'status' || (first === 'metadata' && second !== undefined && !METADATA.includes(second));

function itemIn(list: unknown, key: string): unknown {
  if (!Array.isArray(list)) return undefined;
  const wanted = JSON.parse(key.slice(2)) as unknown;
  if (key.startsWith('v:')) return list.find((value) => value === wanted);
  if (key.startsWith('i:')) return list[Number(wanted)] as unknown;
  const fields = Object.entries(wanted as JsonMap);
  return list.find((item: JsonMap) => fields.every(([name, value]) => (item[name] ?? KEY_DEFAULTS[name]) === value));
}

function partAt({ live, desired }: Part, key: string): Part {
  if (!key.startsWith('f:')) return { live: itemIn(live, key), desired: itemIn(desired, key) };
  const name = key.slice(2);
  return { live: isMap(live) ? live[name] : undefined, desired: isMap(desired) ? desired[name] : undefined };
}

/** Returns the paths of the live fields in the set that the desired object lacks. */
function surplusPaths(fields: FieldSet, part: Part, path: FieldPath): FieldPath[] {
  if (isAbsent(part.live) || isIgnored(path)) return [];
  const keys = Object.keys(fields).filter((key) => key !== '.');
  if (keys.length === 0) return isAbsent(part.desired) && path.length > 0 ? [path] : [];
  return keys.flatMap((key) =>
    surplusPaths(fields[key] ?? {}, partAt(part, key), [...path, key.startsWith('f:') ? key.slice(2) : key]),
  );
}

/** Returns the fields of the live object that somebody wrote, that the desired object lacks and that are not shared. */
export function surplusOf(
  { live, desired }: { readonly live: KubeObject; readonly desired: KubeObject },
  managed: readonly ManagedFields[],
  isShared: IsShared,
): Surplus[] {
  return managed.flatMap(({ manager, fields }) =>
    surplusPaths(fields, { live, desired }, [])
      .filter((path) => path.length > 1 || !['apiVersion', 'kind', 'metadata'].includes(path[0] ?? ''))
      .filter((path) => !isShared(desired, path))
      .map((path) => ({ field: path.join('.'), path, manager })),
  );
}

const isItem = (name: string): boolean => /^[kvi]:/.test(name);

/** Returns what a list becomes: the desired items, and of a set also the live values that are no surplus. */
function listWithout({ live, desired }: Part, surplus: readonly FieldPath[]): unknown {
  const values = surplus.flatMap(([name = '']) =>
    name.startsWith('v:') ? [JSON.parse(name.slice(2)) as unknown] : [],
  );
  if (values.length === 0) return desired ?? null;
  return (live as readonly unknown[]).filter((value) => !values.includes(value));
}

function patchValue(part: Part, paths: readonly FieldPath[]): unknown {
  const [first = []] = paths;
  if (first.length === 0) return null;
  if (paths.some(([name = '']) => isItem(name))) return listWithout(part, paths);
  const byField = Map.groupBy(paths, ([name = '']) => name);
  return Object.fromEntries(
    [...byField].map(([name, inner]) => [
      name,
      patchValue(
        partAt(part, `f:${name}`),
        inner.map((one) => one.slice(1)),
      ),
    ]),
  );
}

/**
 * Builds a JSON merge patch that removes the surplus from the live object, if nobody changes the object meanwhile. A
 * list with surplus items gets its desired items.
 */
export function patchWithout(live: KubeObject, desired: KubeObject, surplus: readonly Surplus[]): object {
  const { metadata, ...rest } = patchValue(
    { live, desired },
    surplus.map(({ path }) => path),
  ) as { readonly metadata?: object };
  return { ...rest, metadata: { ...metadata, resourceVersion: live.metadata.resourceVersion } };
}
