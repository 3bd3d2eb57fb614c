// JSON merge patch: https://www.rfc-editor.org/rfc/rfc7396

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns a copy of `live` with a patch applied. */
export function mergedWith<T extends object>(live: T, patch: object): T {
  const result = { ...live } as Record<string, unknown>;
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = isMap(value) ? mergedWith(isMap(result[key]) ? result[key] : {}, value) : value;
  }
  return result as T;
}
