// Partial values: values of which a user sets only some. This file has their type, and functions that merge and compare
// them.
import { json } from '../canonical-json.ts';

/**
 * The type of values of which a user sets only some. A value that is not set has its default. As in Helm, a list
 * replaces the whole default list, and null removes a key from a default map.
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

/** Returns those of the given values that differ from the defaults. A list counts as one value. */
export function differing<Some extends object>(given: Some, defaults: object): Some {
  const entries = Object.entries(given).flatMap(([key, value]): [string, unknown][] => {
    const before = (defaults as JsonObject)[key];
    if (!isObject(value) || !isObject(before))
      return before !== undefined && json(value) === json(before) ? [] : [[key, value]];
    const inside = differing(value, before);
    return Object.keys(inside).length === 0 ? [] : [[key, inside]];
  });
  return Object.fromEntries(entries) as Some;
}

/** Returns complete values: the defaults, with the given values merged over them as Helm does. */
export const completed = <Values extends object>(
  { default: defaults }: { readonly default: Values },
  given: NoInfer<SomeValues<Values>>,
): Values => merge(defaults as JsonObject, given as JsonObject) as Values;
