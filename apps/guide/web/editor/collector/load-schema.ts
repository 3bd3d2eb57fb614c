import type { Schema } from './schema.ts';

let loading: Promise<Schema> | undefined;

/** Loads the schema when somebody first opens collector.yaml, because it is large. */
export function loadSchema(): Promise<Schema> {
  loading ??= import('./schema.json', { with: { type: 'json' } }).then(({ default: schema }) => schema as Schema);
  return loading;
}
