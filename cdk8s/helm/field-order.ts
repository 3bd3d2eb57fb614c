// Sorts the fields of printed objects in the order in which people write manifests: apiVersion, kind, metadata and so
// on.

const FIRST = [
  ...['apiVersion', 'kind', 'metadata', 'name', 'namespace', 'labels', 'annotations', 'type', 'data', 'spec'],
  ...['image', 'imagePullPolicy', 'command', 'args', 'env', 'envFrom', 'ports', 'resources'],
  ...['startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle', 'volumeMounts'],
  ...['serviceAccountName', 'automountServiceAccountToken', 'initContainers', 'containers', 'volumes'],
  ...['apiGroups', 'resourceNames', 'verbs', 'roleRef', 'subjects'],
];

const ranks = new Map(FIRST.map((field, index) => [field, index]));
const rankOf = (field: string): number => ranks.get(field) ?? FIRST.length;

/**
 * Name of the field of a CRD that holds the schema. Nothing inside this field is sorted: a key such as `spec` in a
 * schema is only the name of a described field.
 */
const SCHEMA = 'openAPIV3Schema';

/** Returns the value with its well-known fields first, at every depth. The other fields keep their order. */
export function inFieldOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inFieldOrder);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([left], [right]) => rankOf(left) - rankOf(right));
  return Object.fromEntries(fields.map(([field, inner]) => [field, field === SCHEMA ? inner : inFieldOrder(inner)]));
}
