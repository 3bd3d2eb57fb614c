// How the fake API server changes and selects objects: JSON merge patch, server-side apply and label selectors.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonMap = { [key: string]: Json };

export const isMap = (value: unknown): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** https://www.rfc-editor.org/rfc/rfc7396 */
export function mergePatched(live: JsonMap, patch: JsonMap): JsonMap {
  const result: JsonMap = { ...live };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = isMap(value) ? mergePatched(isMap(result[key]) ? result[key] : {}, value) : value;
  }
  return result;
}

/**
 * The result of applying `desired` to `live`, by a field manager that applied `former` before. Maps are merged, lists
 * are replaced, finalizers are a set, and fields that only `former` has are removed.
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

/** The items of `live` that are not in `former`. */
function others(live: Json | undefined, former: Json | undefined): Json[] {
  return (Array.isArray(live) ? live : []).filter((one) => !(Array.isArray(former) && former.includes(one)));
}

/** Removes what `former` owned at `key`. A map or set stays if it holds anything else. */
function removeOwned(result: JsonMap, key: string, former: Json | undefined): void {
  const live = result[key];
  const remaining =
    isMap(former) && isMap(live) ? applied(live, former, {}) : key === 'finalizers' ? others(live, former) : {};
  if (Object.keys(remaining).length > 0) result[key] = remaining;
  else delete result[key];
}

/** What is still owned after somebody else's patch: a field that the patch changed is no longer owned. */
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

/** Whether labels match a selector such as `a=b,c!=d,e in (f,g),h,!i`. @throws Error if it can't parse the selector */
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
  if (!parts) throw new Error(`Expected a label selector, found ${requirement}.`);
  const [, not, name = '', operator, value] = parts;
  if (operator === undefined) return name in labels === (not === '');
  return (labels[name] === value) === (operator !== '!=');
}
