// Changes the defaults of described values.
import { fieldsOf, group } from './schema.ts';
import type { AnyDescription, Group } from './schema.ts';
import type { SomeValues } from './partial.ts';

function withDefault(description: AnyDescription, value: unknown): AnyDescription {
  if (value === undefined) return description;
  if (description.kind === 'group') return withDefaults(description, value as object);
  return { ...description, default: value } as AnyDescription;
}

/** Returns the description with the given values as defaults, in place of its own. */
export function withDefaults<Values extends object>(
  description: Group<Values>,
  given: NoInfer<SomeValues<Values>>,
): Group<Values> {
  const values = given as Readonly<Record<string, unknown>>;
  const fields = fieldsOf(description).map(([name, field]) => [name, withDefault(field, values[name])] as const);
  return group(description.doc, Object.fromEntries(fields)) as unknown as Group<Values>;
}
