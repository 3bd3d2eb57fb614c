// Checks collector.yaml against the schema of the Collector's components, and its pipelines against what is defined.
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Node, Pair, Scalar, YAMLMap } from 'yaml';
import { nearest } from '../../../../../support/nearest.ts';
import { milliseconds } from '../../../go-duration.ts';
import type { Mistake } from '../language/messages.ts';
import { mergedLanes, mineIn, PARTS } from './merged.ts';
import { childOf, SECTIONS, settingsOf } from './schema.ts';
import type { Schema, SchemaNode, Section } from './schema.ts';

type Found = Mistake[];

/** Returns the mistakes in the text of collector.yaml. The Collector doesn't start with those that stop it. */
export function checkCollector(text: string, schema: Schema): Mistake[] {
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error) return [mistake(error.pos, `This is no YAML: ${error.message.split('\n')[0] ?? ''}`, true)];
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  if (!isMap(contents)) return [at(contents, 'The Collector expects sections here, such as `processors:`.', true)];
  return [
    ...pairsOf(contents).flatMap(([key, pair]) => section(key, pair, schema)),
    ...pipelines(contents, text, schema),
  ]
    .filter(({ from }, index, all) => all.findIndex((one) => one.from === from) === index)
    .sort((a, b) => a.from - b.from);
}

const mistake = (place: readonly [number, number], message: string, stops: boolean): Mistake => ({
  from: place[0],
  to: Math.max(place[0] + 1, place[1]),
  message,
  stops,
});

const at = (node: Node, message: string, stops: boolean): Mistake =>
  mistake([node.range?.[0] ?? 0, node.range?.[1] ?? 0], message, stops);

const pairsOf = (map: YAMLMap): [string, Pair<Node, Node | null>][] =>
  map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair as Pair<Node, Node | null>]] : []));

const guess = (word: string, words: readonly string[]): string => {
  const meant = nearest(word, words);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
};

function section(key: string, { key: place, value }: Pair<Node, Node | null>, schema: Schema): Found {
  if (key === 'service') return [];
  const known = SECTIONS.find((one) => one === key);
  if (!known) {
    const all = [...SECTIONS, 'service'];
    return [at(place, `The Collector has no section ${key}. It has ${all.join(', ')}.${guess(key, all)}`, true)];
  }
  return isMap(value) ? pairsOf(value).flatMap(([name, pair]) => component(known, name, pair, schema)) : [];
}

function component(part: Section, name: string, { key, value }: Pair<Node, Node | null>, schema: Schema): Found {
  const settings = settingsOf(schema, part, name);
  if (settings) return value ? checkNode(value, settings, name) : [];
  const types = Object.keys(schema[part]);
  const one = part.slice(0, -1);
  const said = `This page knows no ${one} ${name}. If the Collector doesn't either, it doesn't start.`;
  return [at(key, `${said}${guess(name.split('/', 1)[0] ?? '', types) || ` Known are ${types.join(', ')}.`}`, false)];
}

/** @param owner words for what the node belongs to, such as `batch` or `batch.timeout` */
function checkNode(node: Node, schema: SchemaNode, owner: string): Found {
  if (isScalar(node)) return scalar(node, schema, owner);
  if (isMap(node)) return mapNode(node, schema, owner);
  if (!isSeq(node) || schema.type === 'any' || schema.loose) return [];
  if (schema.type !== 'list') return [at(node, `${owner} is ${words[schema.type]}, and this is a list.`, true)];
  return node.items.flatMap((item) => (schema.of ? checkNode(item as Node, schema.of, owner) : []));
}

function mapNode(node: YAMLMap, schema: SchemaNode, owner: string): Found {
  if (schema.type === 'fields') return fields(node, schema, owner);
  if (schema.type === 'any' || schema.loose) return [];
  if (schema.type !== 'map') return [at(node, `${owner} is ${words[schema.type]}, and this is a map.`, true)];
  const { of: inner } = schema;
  return pairsOf(node).flatMap(([key, { value }]) =>
    value && inner ? checkNode(value, inner, `${owner}.${key}`) : [],
  );
}

function fields(node: YAMLMap, schema: SchemaNode, owner: string): Found {
  const known = Object.keys(schema.fields ?? {});
  return pairsOf(node).flatMap(([key, { key: place, value }]) => {
    const child = childOf(schema, key);
    if (child) return value && !schema.loose ? checkNode(value, child, `${owner}.${key}`) : [];
    if (schema.loose && nearest(key, known) === undefined) return [];
    return [
      at(place, `${owner} has no setting ${key}.${guess(key, known) || ` It has ${known.join(', ')}.`}`, !schema.loose),
    ];
  });
}

const words: Readonly<Record<SchemaNode['type'], string>> = {
  fields: 'a map of settings',
  map: 'a map',
  list: 'a list',
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  duration: 'a duration with a unit, such as 5s or 200ms',
  any: 'anything',
};

/** Whether a value that is not a list or a map fits, as text. The Collector converts texts, numbers and booleans. */
const fits: Readonly<Record<SchemaNode['type'], (text: string) => boolean>> = {
  fields: () => false,
  map: () => false,
  list: () => true,
  text: () => true,
  number: (text) => text !== '' && !Number.isNaN(Number(text)),
  boolean: (text) => /^(true|false)$/i.test(text),
  duration: (text) => text === '0' || milliseconds(text) !== undefined,
  any: () => true,
};

function scalar(node: Scalar, schema: SchemaNode, owner: string): Found {
  const { value } = node;
  if (value === null) return [];
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // What comes from the environment is known only when the Collector starts.
  if (text.includes('${') || schema.loose || fits[schema.type](text)) return [];
  return [at(node, `${owner} is ${words[schema.type]}, and this is \`${text.slice(0, 40)}\`.`, true)];
}

const SIGNAL = /^(traces|metrics|logs|profiles)(\/.+)?$/;

/** Checks that pipelines name what is defined, and that what is defined is in a pipeline. */
function pipelines(contents: YAMLMap, text: string, schema: Schema): Found {
  const service = contents.get('service');
  const map = isMap(service) ? service.get('pipelines') : undefined;
  const listed = isMap(map) ? pairsOf(map) : [];
  return [...listed.flatMap(([name, pair]) => pipeline(name, pair, text, schema)), ...unused(contents, text, schema)];
}

function pipeline(name: string, { key, value }: Pair<Node, Node | null>, text: string, schema: Schema): Found {
  const wrong = SIGNAL.test(name)
    ? []
    : [at(key, `A pipeline is traces, metrics or logs, or one of them with a name, such as traces/mine.`, true)];
  if (!isMap(value)) return wrong;
  const parts = pairsOf(value).flatMap(([part, pair]) => {
    const known = PARTS.find((one) => one === part);
    if (!known) return [at(pair.key, `A pipeline has ${PARTS.join(', ')}, and no ${part}.${guess(part, PARTS)}`, true)];
    return isSeq(pair.value) ? pair.value.items.flatMap((item) => named(item as Node, known, text, schema)) : [];
  });
  return [...wrong, ...parts];
}

function named(item: Node, part: (typeof PARTS)[number], text: string, { base }: Schema): Found {
  if (!isScalar(item)) return [];
  const mine = mineIn(text);
  const name = String(item.value);
  const connectors = part === 'processors' ? [] : [...base.defined.connectors, ...mine.connectors];
  const defined = [...base.defined[part], ...mine[part], ...connectors];
  if (defined.includes(name)) return [];
  const one = part.slice(0, -1);
  return [
    at(
      item,
      `Nothing defines the ${one} ${name}: add it under ${part}:, or correct the name.${guess(name, defined)}`,
      true,
    ),
  ];
}

function unused(contents: YAMLMap, text: string, { base }: Schema): Found {
  const used = new Set(
    mergedLanes(text, base).flatMap(({ stops }) => PARTS.flatMap((part) => stops[part].map(({ name }) => name))),
  );
  return (['receivers', 'processors', 'exporters', 'connectors'] as const).flatMap((part) => {
    const map = contents.get(part);
    const pairs = isMap(map) ? pairsOf(map).filter(([name]) => !used.has(name)) : [];
    return pairs.map(([name, { key }]) =>
      at(key, `No pipeline uses ${name}, so it does nothing: list it in a pipeline under service.pipelines.`, false),
    );
  });
}
