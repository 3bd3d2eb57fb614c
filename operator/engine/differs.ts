// Whether applying an object would change anything. What others have added is theirs, wherever server-side apply leaves it alone;
// but a list or map that it replaces as a whole must be as it is wanted and hold nothing else.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
import type { KubeObject } from '../../kubernetes/object.ts';
import { sameAmount } from '../../kubernetes/quantity.ts';

/** How a field is merged: a map field by field, a list by the fields that are its items' key, or as a set; any other list as a whole. */
type Shape =
  { readonly keys: readonly string[]; readonly of?: Fields } | { readonly set: true } | { readonly fields: Fields };
type Fields = Readonly<Record<string, Shape>>;
type Map = Readonly<Record<string, unknown>>;

// From the list types in the API server's own OpenAPI, for the kinds in kinds.ts.
const CONTAINERS: Shape = {
  keys: ['name'],
  of: {
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

/** Maps that are replaced as a whole. */
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
/** Maps that mean something though nothing is in them. */
const MEANT_EMPTY = new Set(['emptyDir', 'podSelector', 'namespaceSelector', 'labelSelector']);
/** What the API server fills in where lists and maps are replaced as a whole. */
const DEFAULTS: Map = { protocol: 'TCP', apiVersion: 'v1', divisor: '0' };
/** Fields that are quantities, or maps of them. */
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

/** Whether `live` lacks anything of `desired`. Status and what the API server itself writes are for who asks to leave out. */
export function differs(desired: KubeObject, live: KubeObject): boolean {
  const spec = SPECS[desired.kind];
  return mapDiffers(desired as unknown as Map, live as unknown as Map, { metadata: METADATA, ...(spec && { spec }) });
}

function mapDiffers(desired: Map, live: Map, fields: Fields = {}): boolean {
  for (const name in desired) {
    if (valueDiffers(name, desired[name], live[name], fields[name])) return true;
  }
  return false;
}

function valueDiffers(name: string, desired: unknown, live: unknown, shape: Shape | undefined): boolean {
  if (isAbsent(desired)) return false;
  // Of what is false or zero the API server keeps some and drops some, so that counts as a difference.
  if (isAbsent(live)) return MEANT_EMPTY.has(name) || !isEmpty(desired);
  if (Array.isArray(desired)) return !Array.isArray(live) || listDiffers(desired, live, shape);
  if (isMap(desired)) return !isMap(live) || innerDiffers(name, desired, live, shape);
  return desired !== live && !(QUANTITIES.has(name) && sameAmount(desired, live));
}

function innerDiffers(name: string, desired: Map, live: Map, shape: Shape | undefined): boolean {
  if (ATOMIC.has(name)) return !same(desired, live);
  if (QUANTITIES.has(name))
    return Object.keys(desired).some(
      (resource) => !isAbsent(desired[resource]) && !same(desired[resource], live[resource], name),
    );
  return mapDiffers(desired, live, shape && 'fields' in shape ? shape.fields : undefined);
}

function listDiffers(desired: readonly unknown[], live: readonly unknown[], shape: Shape | undefined): boolean {
  if (shape && 'keys' in shape)
    return (desired as readonly Map[]).some((item) => itemDiffers(item, live as readonly Map[], shape));
  if (shape && 'set' in shape) return desired.some((item) => !live.includes(item));
  return !same(desired, live);
}

function itemDiffers(
  item: Map,
  live: readonly Map[],
  { keys, of }: { readonly keys: readonly string[]; readonly of?: Fields },
): boolean {
  const counterpart = live.find((other) =>
    keys.every((key) => (item[key] ?? DEFAULTS[key]) === (other[key] ?? DEFAULTS[key])),
  );
  return counterpart === undefined || mapDiffers(item, counterpart, of);
}

/** Equal as a whole, but for what the API server fills in. `name` is that of the field, or of the map of quantities that it is in. */
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
const isMap = (value: unknown): value is Map => typeof value === 'object' && value !== null && !Array.isArray(value);
const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isMap(value) && Object.values(value).every(isAbsent);
