// The form of schema.json, which `node cluster/collector-schema/generate.ts` writes from the Collector's own code.

/** The sections of the configuration that define components. */
export const SECTIONS = ['receivers', 'processors', 'exporters', 'connectors', 'extensions'] as const;
export type Section = (typeof SECTIONS)[number];

/** A value in the configuration. */
export interface SchemaNode {
  readonly type: 'fields' | 'list' | 'map' | 'text' | 'number' | 'boolean' | 'duration' | 'any';
  readonly fields?: Readonly<Record<string, SchemaNode>>;
  /** What a list or a map contains. */
  readonly of?: SchemaNode;
  readonly doc?: string;
  readonly default?: string;
  /** Whether the component reads the value with code of its own, and so may accept more than this says. */
  readonly loose?: boolean;
}

/** A pipeline: the names of its components, in order. */
export interface Lane {
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

/** The lab's own configuration, over which the learner's file is merged. */
export interface Base {
  readonly defined: Readonly<Record<Section, readonly string[]>>;
  readonly pipelines: Readonly<Record<string, Lane>>;
}

export interface Schema extends Readonly<Record<Section, Readonly<Record<string, SchemaNode>>>> {
  /** Version of the Collector. */
  readonly version: string;
  readonly base: Base;
}

/** Returns what a component's settings are, by its name such as `batch/fast`. */
export const settingsOf = (schema: Schema, section: Section, name: string): SchemaNode | undefined => {
  const type = name.split('/', 1)[0] ?? '';
  return Object.hasOwn(schema[section], type) ? schema[section][type] : undefined;
};

/** Returns the field of a node, or what a map contains. */
export function childOf(node: SchemaNode | undefined, key: string): SchemaNode | undefined {
  if (node?.type === 'map') return node.of;
  return node?.fields && Object.hasOwn(node.fields, key) ? node.fields[key] : undefined;
}
