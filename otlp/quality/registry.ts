// The attributes that the semantic conventions define, from registry.json. generate.ts writes that file.
// https://opentelemetry.io/docs/specs/semconv/registry/attributes/
import registry from './registry.json' with { type: 'json' };

export type ValueType = 'string' | 'int' | 'double' | 'boolean' | 'string[]' | 'any';

/** An attribute of the semantic conventions. */
export interface Definition {
  /** The attributes that replace it, if it is deprecated. The list may be empty. */
  readonly replacedBy?: readonly string[];
  /** `any` if the type is not known. */
  readonly type: ValueType;
  /** The values of an enum, as texts. Other values are allowed too. */
  readonly members: readonly string[];
}

const entries: Readonly<Record<string, string>> = registry.attributes;

/** The package that the registry was made from, with its version. */
export const registrySource: string = registry.source;

/** The namespaces of templates, such as `http.request.header.`, before which any key may stand. */
const templates = Object.keys(entries)
  .filter((name) => name.endsWith('.*'))
  .map((name) => name.slice(0, -1));

/** Returns what the conventions say of an attribute, or undefined if they don't define it. */
export function definitionOf(name: string): Definition | undefined {
  const entry = entryOf(name);
  if (entry === undefined) return undefined;
  if (entry.startsWith('!')) return { replacedBy: entry.split(' ').slice(1), type: 'any', members: [] };
  const [type = 'any', ...members] = entry.split('|');
  return { type: type as ValueType, members };
}

function entryOf(name: string): string | undefined {
  if (Object.hasOwn(entries, name)) return entries[name];
  const template = templates.find((prefix) => name.startsWith(prefix) && name.length > prefix.length);
  return template === undefined ? undefined : entries[`${template}*`];
}

/**
 * The first parts of names that the conventions reserve: those of attributes that are not deprecated. `app` is left
 * out. The conventions use it for apps on phones, and OpenTelemetry's own demo uses it for attributes of an app.
 */
const reserved = new Set(
  Object.entries(entries)
    .filter(([, entry]) => !entry.startsWith('!'))
    .map(([name]) => rootOf(name)),
);
reserved.delete('app');

/** Returns the namespace of a name if the conventions reserve it: no app may add attributes of its own to it. */
export function reservedNamespace(name: string): string | undefined {
  const root = rootOf(name);
  return name.includes('.') && reserved.has(root) ? root : undefined;
}

function rootOf(name: string): string {
  return name.split('.', 1)[0] ?? '';
}
