// The functions with which the fake API server changes and selects objects: JSON merge patch, server-side apply and
// label selectors.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonMap = { [key: string]: Json };

export const isMap = (value: unknown): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns `live` with a JSON merge patch applied: https://www.rfc-editor.org/rfc/rfc7396 */
export function mergePatched(live: JsonMap, patch: JsonMap): JsonMap {
  const result: JsonMap = { ...live };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = isMap(value) ? mergePatched(isMap(result[key]) ? result[key] : {}, value) : value;
  }
  return result;
}

/**
 * Returns `live` after a field manager has applied `desired`. `former` is what the same field manager applied before.
 * Fields that are in `former` but not in `desired` are removed. Maps are merged, lists are replaced, and finalizers are
 * a set.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
export function applied(live: JsonMap, former: JsonMap, desired: JsonMap): JsonMap {
  const result: JsonMap = { ...live };
  for (const key of Object.keys(former)) {
    if (!(key in desired)) removeOwned(result, key, former[key]);
  }
  for (const [key, value] of Object.entries(desired)) result[key] = mergedValue(key, result[key], former[key], value);
  return result;
}

function mergedValue(key: string, live: Json | undefined, former: Json | undefined, desired: Json): Json {
  if (isMap(desired)) return applied(isMap(live) ? live : {}, isMap(former) ? former : {}, desired);
  if (key !== 'finalizers' || !Array.isArray(desired)) return desired;
  return [...new Set([...desired, ...others(live, former)])];
}

/** Returns the items of the list `live` that are not in the list `former`. */
function others(live: Json | undefined, former: Json | undefined): Json[] {
  return (Array.isArray(live) ? live : []).filter((one) => !(Array.isArray(former) && former.includes(one)));
}

/**
 * Removes from the field `key` of `result` everything that is in `former`. Removes the whole field if nothing else is
 * left in it.
 */
function removeOwned(result: JsonMap, key: string, former: Json | undefined): void {
  const live = result[key];
  const remaining =
    isMap(former) && isMap(live) ? applied(live, former, {}) : key === 'finalizers' ? others(live, former) : {};
  if (Object.keys(remaining).length > 0) result[key] = remaining;
  else delete result[key];
}

/**
 * Returns the fields of `owned` that we still own after somebody else has applied `patch`. We lose each field that the
 * patch changes.
 */
export function stillOwned(owned: JsonMap, live: JsonMap, patch: JsonMap): JsonMap {
  const result: JsonMap = { ...owned };
  for (const [key, value] of Object.entries(patch)) {
    const [mine, current] = [result[key], live[key]];
    if (isMap(mine) && isMap(current) && isMap(value)) result[key] = stillOwned(mine, current, value);
    else if (key === 'finalizers' && Array.isArray(mine) && Array.isArray(value))
      result[key] = mine.filter((one) => value.includes(one));
    else if (JSON.stringify(current) !== JSON.stringify(value)) delete result[key];
  }
  return result;
}

/**
 * Returns whether labels match a selector such as `a=b,c!=d,e in (f,g),h,!i`.
 * @throws Error if the selector is invalid
 */
export function selects(selector: string, labels: Readonly<Record<string, string>>): boolean {
  const requirements = selector.match(/[^,(]+(\([^)]*\))?/g) ?? [];
  return requirements.every((requirement) => meets(requirement.trim(), labels));
}

function meets(requirement: string, labels: Readonly<Record<string, string>>): boolean {
  const set = /^(\S+) (in|notin) \(([^)]*)\)$/.exec(requirement);
  if (set) {
    const found = labels[set[1] ?? ''];
    const listed = found !== undefined && (set[3] ?? '').split(',').some((one) => one.trim() === found);
    return listed === (set[2] === 'in');
  }
  const parts = /^(!?)([\w./-]+)(?:(==?|!=)([\w.-]*))?$/.exec(requirement);
  if (!parts) throw new Error(`Expected a valid label selector, found ${requirement}.`);
  const [, not, name = '', operator, value] = parts;
  if (operator === undefined) return name in labels === (not === '');
  return (labels[name] === value) === (operator !== '!=');
}
