// The order of fields in the printed templates: as people write manifests, instead of by the alphabet.

const FIRST = [
  ...['apiVersion', 'kind', 'metadata', 'name', 'namespace', 'labels', 'annotations', 'type', 'data', 'spec'],
  ...['image', 'imagePullPolicy', 'command', 'args', 'env', 'ports', 'resources'],
  ...['startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle', 'volumeMounts'],
  ...['serviceAccountName', 'automountServiceAccountToken', 'initContainers', 'containers', 'volumes'],
  ...['apiGroups', 'resourceNames', 'verbs', 'roleRef', 'subjects'],
];

const ranks = new Map(FIRST.map((field, index) => [field, index]));
const rankOf = (field: string): number => ranks.get(field) ?? FIRST.length;

/** Its keys are names of fields, not fields of a manifest. */
const SCHEMA = 'openAPIV3Schema';

/** The value with its well-known fields first, at every depth. The others keep their order. */
export function inFieldOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inFieldOrder);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([left], [right]) => rankOf(left) - rankOf(right));
  return Object.fromEntries(fields.map(([field, inner]) => [field, field === SCHEMA ? inner : inFieldOrder(inner)]));
}
