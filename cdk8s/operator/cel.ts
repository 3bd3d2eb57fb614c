// Expressions in CEL, the language of admission policies.
// https://kubernetes.io/docs/reference/using-api/cel/

/** Metadata that the API server itself writes. */
export const BY_SERVER = ['generation', 'managedFields', 'resourceVersion'];

/** Returns the CEL literal of a list of texts. */
export const list = (texts: readonly string[]): string => `[${texts.map((text) => `'${text}'`).join(', ')}]`;

/** Returns an expression for the value at `path`, or for `empty` if an object on the path lacks the field. */
const valueAt = (path: string, empty: string): string => {
  const names = path.split('.');
  const present = names.slice(1).map((_, index) => `has(${names.slice(0, index + 2).join('.')})`);
  return present.length === 0 ? `dyn(${path})` : `(${present.join(' && ')} ? dyn(${path}) : dyn(${empty}))`;
};

/**
 * Returns an expression for the map at `path`. Its type is dynamic, because CEL allows no loop over the fields of an
 * object with a known type.
 */
export const mapAt = (path: string): string => valueAt(path, '{}');

/** Returns an expression for the list at `path`, which is empty if the field is absent. */
export const listAt = (path: string): string => valueAt(path, '[]');

/**
 * Returns an expression for the fields of the map at `path` that a request adds, changes or removes, as a list of texts
 * such as `spec.replicas`. It covers every field except those in `allowed`, so that a new field of the API is not
 * allowed.
 * @param path a path in the object. The object itself has the path ''.
 * @param allowed an expression for a list of the map's keys
 */
export function changedFields(path: string, allowed: string): string {
  const dot = path === '' ? '' : `${path}.`;
  const [now, before] = ['object', 'oldObject'].map((root) => mapAt(path === '' ? root : `${root}.${path}`)) as [
    string,
    string,
  ];
  const same = `k in ${before} && ${now}[k] == ${before}[k]`;
  const added = `${now}.filter(k, !(k in ${allowed}) && !(${same}))`;
  const removed = `${before}.filter(k, !(k in ${allowed}) && !(k in ${now}))`;
  return `(${added} + ${removed}).map(k, '${dot}' + k)`;
}
