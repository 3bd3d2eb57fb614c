// The operations on values, computed at once.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { k8s } from 'cdk8s-plus-27';
import type { Components, Compute, OwnText } from './lab/compute.ts';
import type { OwnFile } from '../lab/names.ts';
import type { LabValues } from './values.ts';

/** In the image the examples are beside the program that this is part of; in a checkout they are the app's own. */
const DICE = ['dice', join('..', 'apps', 'dice')].map((folder) => join(import.meta.dirname, folder));

/** What is given in place of the defaults; empty where nothing is. */
const givenTexts = ({ dice, collector }: LabValues): Readonly<Record<OwnFile, string>> => ({
  'app.ts': dice.source,
  'settings.env': dice.settings,
  'collector.yaml': collector.own,
});

/** Where the default of a file is kept. Of the code there is one with hand-written spans, for where they are asked for. */
const defaultFile = (file: OwnFile, level: LabValues['instrumentation']): string =>
  file === 'app.ts' && level === 'manual' ? 'app.manual.ts' : file;

/** Go orders text by its UTF-8 bytes, JavaScript by UTF-16 units; they differ beyond U+D7FF. */
const byBytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

/** Entries in Go's order. */
const sorted = <Value>(of: Readonly<Record<string, Value>>): [string, Value][] =>
  Object.entries(of).sort(([left], [right]) => byBytes(left, right));

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

const text = (value: string): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? '');

/** See `Compute.json`. https://pkg.go.dev/encoding/json#Marshal */
export function json(value: unknown): string {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${sorted(value as Record<string, unknown>)
    .map(([key, of]) => `${text(key)}:${json(of)}`)
    .join(',')}}`;
}

export const sha256 = (of: string): string => createHash('sha256').update(of, 'utf8').digest('hex');

function overlay(base: Components, top: Components): Components {
  const names = new Set([...Object.keys(base), ...Object.keys(top)]);
  return Object.fromEntries([...names].map((name) => [name, { ...base[name], ...top[name] }]));
}

function complete(components: Components, prefix: string, settings: Components[string]): Components {
  return Object.fromEntries(
    Object.entries(components).map(([name, own]) => [name, name.startsWith(prefix) ? { ...settings, ...own } : own]),
  );
}

function componentLines(components: Components): string {
  return sorted(components)
    .map(([name, settings]) => {
      const lines = sorted(settings).map(([key, value]) => `\n    ${text(key)}: ${json(value)}`);
      return `  ${text(name)}:${lines.length > 0 ? lines.join('') : ' {}'}\n`;
    })
    .join('');
}

function defined(path: string, names: readonly string[], components: Components): readonly string[] {
  const unknown = names.find((name) => !Object.hasOwn(components, name));
  if (unknown === undefined) return names;
  const known = sorted(components)
    .map(([name]) => name)
    .join(', ');
  throw new Error(`${path} names ${text(unknown)}, which is not defined. Use one of: ${known}; or define it.`);
}

function env(own: Readonly<Record<string, string>>, theirs: LabValues['dice']['env']): k8s.EnvVar[] {
  const all = new Map<string, string | number | boolean>([...Object.entries(own), ...Object.entries(theirs)]);
  return [...all]
    .sort(([left], [right]) => byBytes(left, right))
    .map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }));
}

const nodePort = ({ type, nodePort: port }: LabValues['guide']['service']): number | undefined =>
  type === 'ClusterIP' || port === 0 ? undefined : port;

const examples = new Map<string, string>();

function examplePath(file: string): string {
  const found = DICE.map((folder) => join(folder, file)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`Expected the dice's ${file} in ${DICE.join(' or ')}, found it in neither.`);
  return found;
}

function example(file: string): string {
  const source = examples.get(file) ?? readFileSync(examplePath(file), 'utf8');
  examples.set(file, source);
  return source;
}

/** The operations for one lab's values. */
export function plainCompute(values: LabValues): Compute {
  const ownText = (file: OwnFile): OwnText => {
    const given = givenTexts(values)[file] || example(defaultFile(file, values.instrumentation));
    return { given, current: given };
  };
  return {
    decimal: String,
    json,
    sha256,
    overlay,
    complete,
    componentLines,
    defined,
    env,
    nodePort,
    union: (...lists) => [...new Set(lists.flat())],
    ownText,
    choose: (flag, set, unset) => (flag ? set : unset),
    operates: (asked) => asked,
    defines: (asked) => asked,
    named: (_name, value) => value,
  };
}
