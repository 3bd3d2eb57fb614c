// Values of which some are given: their type, and how the defaults complete them.

/**
 * Some of the values. The rest are the defaults. As in Helm, lists replace, and null removes a default entry of a map.
 */
export type SomeValues<Values> = Values extends readonly unknown[]
  ? Values
  : Values extends object
    ? { readonly [Key in keyof Values]?: SomeValues<Values[Key]> | (string extends keyof Values ? null : never) }
    : Values;

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(defaults: JsonObject, given: JsonObject): JsonObject {
  const merged = new Map(Object.entries(defaults));
  for (const [key, value] of Object.entries(given)) {
    const before = merged.get(key);
    if (value === null && merged.has(key)) merged.delete(key);
    else if (value !== undefined) merged.set(key, isObject(value) && isObject(before) ? merge(before, value) : value);
  }
  return Object.fromEntries(merged);
}

/** The complete values: the given ones merged over the defaults, as Helm does it. */
export const completed = <Values extends object>(
  { default: defaults }: { readonly default: Values },
  given: NoInfer<SomeValues<Values>>,
): Values => merge(defaults as JsonObject, given as JsonObject) as Values;
