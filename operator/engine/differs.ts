// Decides whether server-side apply of an object would change the live object. Server-side apply keeps a field that
// only the live object has, so such a field doesn't count. But it replaces some lists and maps as a whole, so these
// must be equal.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
import type { KubeObject } from '../../kubernetes/object.ts';
import { sameAmount } from '../../kubernetes/quantity.ts';

/**
 * How server-side apply merges a list or a map.
 * - `keys`: a list whose items are matched by these fields of the items
 * - `set`: a list that is a set
 * - `fields`: a map that contains lists to merge
 * Server-side apply replaces a list without a Shape as a whole.
 */
type Shape =
  { readonly keys: readonly string[]; readonly items?: Fields } | { readonly set: true } | { readonly fields: Fields };
type Fields = Readonly<Record<string, Shape>>;
type JsonMap = Readonly<Record<string, unknown>>;

// How to merge the lists of the kinds in kinds.ts. The API server's OpenAPI document says this for each list.
const CONTAINERS: Shape = {
  keys: ['name'],
  items: {
    env: { keys: ['name'] },
    ports: { keys: ['containerPort', 'protocol'] },
    volumeMounts: { keys: ['mountPath'] },
    volumeDevices: { keys: ['devicePath'] },
  },
};
const POD: Shape = {
  fields: {
    containers: CONTAINERS,
    initContainers: CONTAINERS,
    volumes: { keys: ['name'] },
    imagePullSecrets: { keys: ['name'] },
    hostAliases: { keys: ['ip'] },
    topologySpreadConstraints: { keys: ['topologyKey', 'whenUnsatisfiable'] },
  },
};
const METADATA: Shape = { fields: { ownerReferences: { keys: ['uid'] }, finalizers: { set: true } } };
const SPECS: Readonly<Record<string, Shape>> = {
  Deployment: { fields: { template: { fields: { metadata: METADATA, spec: POD } } } },
  Pod: POD,
  Service: { fields: { ports: { keys: ['port', 'protocol'] } } },
};

/** Names of the maps that server-side apply replaces as a whole. */
const ATOMIC = new Set([
  'selector',
  'podSelector',
  'namespaceSelector',
  'labelSelector',
  'nodeSelector',
  'roleRef',
  'configMapKeyRef',
  'secretKeyRef',
  'fieldRef',
  'resourceFieldRef',
]);
/** Names of the maps for which an empty map means something else than a missing one. */
const MEANINGFUL_EMPTY = new Set(['emptyDir', 'podSelector', 'namespaceSelector', 'labelSelector']);
/** Default values that the API server adds inside lists and maps that are replaced as a whole. */
const DEFAULTS: JsonMap = { protocol: 'TCP', apiVersion: 'v1', divisor: '0' };
/** Names of the fields that hold a Kubernetes quantity, such as 500m or 1Gi, or a map of quantities. */
const QUANTITIES = new Set([
  'limits',
  'requests',
  'hard',
  'default',
  'defaultRequest',
  'max',
  'min',
  'maxLimitRequestRatio',
  'sizeLimit',
  'divisor',
]);

/**
 * Returns whether anything in `desired` is missing or different in `live`. `desired` must not contain the status, or
 * fields that only the API server writes.
 */
export function differs(desired: KubeObject, live: KubeObject): boolean {
  const spec = SPECS[desired.kind];
  return mapDiffers(desired as unknown as JsonMap, live as unknown as JsonMap, {
    metadata: METADATA,
    ...(spec && { spec }),
  });
}

function mapDiffers(desired: JsonMap, live: JsonMap, fields: Fields = {}): boolean {
  for (const name in desired) {
    if (valueDiffers(name, desired[name], live[name], fields[name])) return true;
  }
  return false;
}

function valueDiffers(name: string, desired: unknown, live: unknown, shape: Shape | undefined): boolean {
  if (isAbsent(desired)) return false;
  // The live object lacks the field. If the desired value is false or 0, the objects still count as different: the API
  // server stores some fields that are false or 0, and drops others.
  if (isAbsent(live)) return MEANINGFUL_EMPTY.has(name) || !isEmpty(desired);
  if (Array.isArray(desired)) return !Array.isArray(live) || listDiffers(desired, live, shape);
  if (isMap(desired)) return !isMap(live) || innerDiffers(name, desired, live, shape);
  return desired !== live && !(QUANTITIES.has(name) && sameAmount(desired, live));
}

function innerDiffers(name: string, desired: JsonMap, live: JsonMap, shape: Shape | undefined): boolean {
  if (ATOMIC.has(name)) return !same(desired, live);
  if (QUANTITIES.has(name))
    return Object.keys(desired).some(
      (resource) => !isAbsent(desired[resource]) && !same(desired[resource], live[resource], name),
    );
  return mapDiffers(desired, live, shape && 'fields' in shape ? shape.fields : undefined);
}

function listDiffers(desired: readonly unknown[], live: readonly unknown[], shape: Shape | undefined): boolean {
  if (shape && 'keys' in shape)
    return (desired as readonly JsonMap[]).some((item) => itemDiffers(item, live as readonly JsonMap[], shape));
  if (shape && 'set' in shape) return desired.some((item) => !live.includes(item));
  return !same(desired, live);
}

function itemDiffers(
  item: JsonMap,
  live: readonly JsonMap[],
  { keys, items }: { readonly keys: readonly string[]; readonly items?: Fields },
): boolean {
  const counterpart = live.find((other) =>
    keys.every((key) => (item[key] ?? DEFAULTS[key]) === (other[key] ?? DEFAULTS[key])),
  );
  return counterpart === undefined || mapDiffers(item, counterpart, items);
}

/**
 * Returns whether two values are deeply equal. A field that only `live` has doesn't count if it has the API server's
 * default. Quantities are equal if they are the same amount. `name` is the name of the compared field, or of the map of
 * quantities that contains the field.
 */
function same(desired: unknown, live: unknown, name = ''): boolean {
  if (Array.isArray(desired))
    return (
      Array.isArray(live) && desired.length === live.length && desired.every((item, index) => same(item, live[index]))
    );
  if (!isMap(desired)) return desired === live || (QUANTITIES.has(name) && sameAmount(desired, live));
  if (!isMap(live)) return false;
  const names = new Set([...Object.keys(desired), ...Object.keys(live)]);
  return [...names].every((key) => {
    if (isAbsent(desired[key])) return isAbsent(live[key]) || live[key] === DEFAULTS[key];
    return same(desired[key], live[key], QUANTITIES.has(name) ? name : key);
  });
}

const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;
const isMap = (value: unknown): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isMap(value) && Object.values(value).every(isAbsent);
