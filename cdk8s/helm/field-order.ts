// Sorts the fields of printed templates in the order in which people write manifests, instead of alphabetically.

const FIRST = [
  ...['apiVersion', 'kind', 'metadata', 'name', 'namespace', 'labels', 'annotations', 'type', 'data', 'spec'],
  ...['image', 'imagePullPolicy', 'command', 'args', 'env', 'ports', 'resources'],
  ...['startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle', 'volumeMounts'],
  ...['serviceAccountName', 'automountServiceAccountToken', 'initContainers', 'containers', 'volumes'],
  ...['apiGroups', 'resourceNames', 'verbs', 'roleRef', 'subjects'],
];

const ranks = new Map(FIRST.map((field, index) => [field, index]));
const rankOf = (field: string): number => ranks.get(field) ?? FIRST.length;

/**
 * Name of the field that holds a CRD's schema. Inside a schema, keys such as `spec` are names that the schema
 * describes, so they aren't sorted.
 */
const SCHEMA = 'openAPIV3Schema';

/** Returns the value with its well-known fields first, at every depth. The other fields keep their order. */
export function inFieldOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inFieldOrder);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([left], [right]) => rankOf(left) - rankOf(right));
  return Object.fromEntries(fields.map(([field, inner]) => [field, field === SCHEMA ? inner : inFieldOrder(inner)]));
}
