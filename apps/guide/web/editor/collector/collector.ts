// Completes, explains and checks collector.yaml.
import type { Assistant } from '../assistant.ts';
import type { Explanation, Suggestion, Suggestions } from '../language/messages.ts';
import { checkCollector } from './check.ts';
import { mineIn, PARTS } from './merged.ts';
import { placeAt } from './place.ts';
import type { Place } from './place.ts';
import { childOf, SECTIONS, settingsOf } from './schema.ts';
import type { Schema, SchemaNode, Section } from './schema.ts';

type Words = Omit<Explanation, 'from' | 'to'>;

const isSection = (key: string | undefined): key is Section => SECTIONS.some((one) => one === key);

const TOP: Readonly<Record<string, string>> = {
  receivers: 'Where telemetry comes from.',
  processors: 'What changes, drops or batches telemetry on its way.',
  exporters: 'Where telemetry goes.',
  connectors: 'What joins two pipelines: the exporter of one and the receiver of another.',
  extensions: 'What helps the Collector itself, such as its health check.',
  service: 'What runs: the pipelines, in which the order of the processors counts.',
};

/** The keys of the section `service`, by their path. */
const SERVICE: Readonly<Record<string, readonly string[]>> = {
  service: ['pipelines', 'extensions', 'telemetry'],
  'service.pipelines': ['traces', 'metrics', 'logs'],
};

/** Returns the node of the schema at a path such as `processors`, `batch`, `timeout`. */
function nodeAt(schema: Schema, [section, name, ...rest]: readonly string[]): SchemaNode | undefined {
  if (!isSection(section) || name === undefined) return undefined;
  return rest.reduce<SchemaNode | undefined>(
    (node, key) => childOf(node?.type === 'list' ? node.of : node, key),
    settingsOf(schema, section, name),
  );
}

function labelsAt({ path, at }: Place, text: string, schema: Schema): readonly string[] {
  const [first, second, , part] = path;
  if (first === undefined) return Object.keys(TOP);
  if (first === 'service')
    return serviceLabels(
      { path, at },
      text,
      schema,
      PARTS.find((one) => one === part),
    );
  if (isSection(first) && second === undefined) return at === 'key' ? Object.keys(schema[first]) : [];
  const node = nodeAt(schema, path);
  return at === 'value' ? valuesOf(node) : fieldsOf(node);
}

const fieldsOf = (node: SchemaNode | undefined): string[] =>
  Object.keys((node?.type === 'list' ? node.of : node)?.fields ?? {});

function serviceLabels(
  { path, at }: Pick<Place, 'path' | 'at'>,
  text: string,
  { base }: Schema,
  part: (typeof PARTS)[number] | undefined,
): readonly string[] {
  if (at === 'key') return SERVICE[path.join('.')] ?? (path.length === 3 ? PARTS : []);
  if (!part) return [];
  const mine = mineIn(text);
  const connectors = part === 'processors' ? [] : [...base.defined.connectors, ...mine.connectors];
  return [...new Set([...mine[part], ...base.defined[part], ...connectors])];
}

function valuesOf(node: SchemaNode | undefined): readonly string[] {
  if (node?.type === 'boolean') return ['true', 'false'];
  return node?.default === undefined ? [] : [node.default];
}

function suggest(text: string, at: number, schema: Schema): Suggestions | undefined {
  const place = placeAt(text, at);
  const labels = place ? labelsAt(place, text, schema) : [];
  if (!place || labels.length === 0) return undefined;
  const hasColon = /^[\w/.-]*:/.test(text.slice(at));
  const isKey = place.at === 'key' || (place.at === 'item' && place.path[0] !== 'service');
  return {
    from: place.from,
    items: labels.map((name, index): Suggestion => ({
      label: isKey && !hasColon ? `${name}:` : name,
      type: isKey ? 'property' : 'constant',
      boost: Math.max(-90, 90 - index),
    })),
  };
}

function wordsOf(schema: Schema, path: readonly string[]): Words | undefined {
  const [first = '', name] = path;
  if (path.length === 1 && Object.hasOwn(TOP, first)) return { code: first, text: [TOP[first] ?? ''] };
  const node = nodeAt(schema, path);
  if (!node) return undefined;
  if (path.length === 2) return { code: name ?? '', text: settingsIn(first, node) };
  return {
    code: `${path.slice(1).join('.')}: ${node.type}`,
    text: [...(node.doc ? [node.doc] : []), ...(node.default === undefined ? [] : [`Default: ${node.default}.`])],
  };
}

const settingsIn = (section: string, { fields = {} }: SchemaNode): string[] => [
  `One of the ${section}. Its settings: ${Object.keys(fields).join(', ') || 'none'}.`,
];

function explain(text: string, at: number, schema: Schema): Explanation | undefined {
  const end = at + (/^[\w/.-]*/.exec(text.slice(at))?.[0].length ?? 0);
  const place = placeAt(text, end);
  if (!place) return undefined;
  const word = text.slice(place.from, end);
  const found = wordsOf(schema, place.at === 'value' ? place.path : [...place.path, word]);
  return found && { from: place.from, to: end, ...found };
}

function describe(text: string, at: number, label: string, schema: Schema): Words | undefined {
  const place = placeAt(text, at);
  return place && wordsOf(schema, [...place.path, label.replace(/:$/, '')]);
}

/** Returns the assistant for the components of a schema. */
export const collectorAssistant = (schema: Schema): Assistant => ({
  opens: /^\s*(- )?[\w]+$|:\s+\S*$|[[,]\s*\S*$|- \S*$/,
  keeps: /^[\w/.-]*$/,
  check: (text) => Promise.resolve(checkCollector(text, schema)),
  suggest: (text, at) => Promise.resolve(suggest(text, at, schema)),
  describe: (text, at, label) => Promise.resolve(describe(text, at, label, schema)),
  explain: (text, at) => Promise.resolve(explain(text, at, schema)),
});
