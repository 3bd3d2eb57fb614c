// Implements the operations of lab/compute.ts for the case that all chart values are known. Each operation then
// computes its result at once.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byBytes, json, sha256, sorted } from './canonical-json.ts';
import type { Components, Compute, OwnText } from './lab/compute.ts';
import type { EnvVar } from './lab/manifest.ts';
import { resolved, unresolved } from './lab/value.ts';
import type { Given } from './lab/value.ts';
import type { OwnFile } from '../lab/names.ts';
import type { EnvValues, LabValues } from './values.ts';

/**
 * Folders that may hold the dice's example files: next to the bundled program in the image, or apps/dice in a checkout.
 */
const DICE = ['dice', join('..', 'apps', 'dice')].map((folder) => join(import.meta.dirname, folder));

/**
 * Returns the texts that the values contain for the learner's files. An empty text means that the default file is used.
 */
const givenTexts = ({ dice, collector }: LabValues): Readonly<Record<OwnFile, string>> => ({
  'app.ts': dice.source,
  'settings.env': dice.settings,
  'collector.yaml': collector.own,
});

/**
 * Returns the name of the file that is the default for a learner's file. It is the same name, except for app.ts at
 * instrumentation level `manual`: the default is then a file with hand-written spans.
 */
const defaultFile = (file: OwnFile, level: LabValues['instrumentation']): string =>
  file === 'app.ts' && level === 'manual' ? 'app.manual.ts' : file;

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
      const lines = sorted(settings).map(([key, value]) => `\n    ${json(key)}: ${json(value)}`);
      return `  ${json(name)}:${lines.length > 0 ? lines.join('') : ' {}'}\n`;
    })
    .join('');
}

function defined(path: string, names: readonly string[], components: Components): readonly string[] {
  const unknown = names.find((name) => !Object.hasOwn(components, name));
  if (unknown === undefined) return names;
  const known = sorted(components)
    .map(([name]) => name)
    .join(', ');
  throw new Error(`${path} names ${json(unknown)}, which is not defined. Use one of: ${known}; or define it.`);
}

function env(own: Readonly<Record<string, Given<string>>>, theirs: EnvValues): EnvVar[] {
  const texts = Object.entries(own).map(([name, value]) => [name, resolved(value)] as const);
  const all = new Map<string, string | number | boolean>([...texts, ...Object.entries(theirs)]);
  return [...all]
    .sort(([left], [right]) => byBytes(left, right))
    .map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }));
}

const portOrNothing = (type: string, port: number): number | undefined =>
  type === 'ClusterIP' || port === 0 ? undefined : port;

const examples = new Map<string, string>();

function examplePath(file: string): string {
  const path = DICE.map((folder) => join(folder, file)).find((candidate) => existsSync(candidate));
  if (path === undefined)
    throw new Error(
      `Expected the dice's ${file} in ${DICE.join(' or ')}, found no such file. Run from a complete ` +
        'checkout or image.',
    );
  return path;
}

function example(file: string): string {
  const source = examples.get(file) ?? readFileSync(examplePath(file), 'utf8');
  examples.set(file, source);
  return source;
}

function ownText(values: LabValues, file: OwnFile): OwnText {
  const given = unresolved<string>(givenTexts(values)[file] || example(defaultFile(file, values.instrumentation)));
  return { given, current: given };
}

/** Returns the operations for a lab whose values are all known. */
export const valueCompute = (values: LabValues): Compute => ({
  decimal: (number) => unresolved(String(resolved(number))),
  json: (value) => unresolved(json(value)),
  sha256: (text) => unresolved(sha256(text)),
  overlay: (base, top) => unresolved(overlay(resolved(base), resolved(top))),
  complete: (components, prefix, settings) => unresolved(complete(resolved(components), prefix, settings)),
  componentLines: (components) => unresolved(componentLines(resolved(components))),
  defined: (path, names, components) => unresolved(defined(path, resolved(names), resolved(components))),
  env: (own, theirs) => env(own, resolved(theirs)),
  nodePort: ({ type, nodePort }) => {
    const port = portOrNothing(resolved(type), resolved(nodePort));
    return port === undefined ? undefined : unresolved(port);
  },
  union: (...lists) => unresolved([...new Set(lists.flatMap((list) => resolved(list)))]),
  ownText: (file) => ownText(values, file),
  labels: (labels) => labels,
  choose: (flag, set, unset) => unresolved(resolved(flag) ? set : unset),
  all: (...flags) => unresolved(flags.every((flag) => resolved(flag))),
  unlessEmpty: (given) => (resolved(given) === '' ? undefined : given),
  operates: (enabled) => enabled,
  defines: (enabled) => enabled,
  named: (_name, value) => value,
});
