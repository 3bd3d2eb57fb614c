// Generates registry.json, the attributes that the semantic conventions define, from the package
// @opentelemetry/semantic-conventions that the lockfile pins. With --verify, it writes nothing, and fails if the file
// differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { describeError } from '../../support/errors.ts';
import { optionsHelp, parseOptions } from '../../support/options.ts';
import { ANY, BOOLEANS, FRACTIONS, INTEGERS, TEXTS } from './value-types.ts';

const PACKAGE = '@opentelemetry/semantic-conventions';
const TARGET = join(import.meta.dirname, 'registry.json');

/** An attribute as the package declares it. */
interface Declaration {
  readonly name: string;
  readonly examples: readonly string[];
  /** What the package says about its deprecation. */
  readonly deprecated: string | undefined;
  /** The values of an enum. */
  readonly members: readonly (string | number)[];
}

type Constant = string | number | ((key: string) => string);

/** Returns the texts of the package's type declarations, which have the documentation of each constant. */
function declarations(): string {
  const folder = dirname(createRequire(import.meta.url).resolve(PACKAGE));
  return ['stable', 'experimental']
    .map((stability) => readFileSync(join(folder, `${stability}_attributes.d.mts`), 'utf8'))
    .join('\n');
}

const versionOf = (): string => {
  const folder = dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE)));
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
};

/** Returns the documentation of each constant in the declarations, by the constant's name. */
const documentation = (text: string): Map<string, string> =>
  new Map(
    [...text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*declare const (\w+):/g)].map(([, doc = '', name = '']) => [
      name,
      doc.replace(/^ \* ?/gm, ''),
    ]),
  );

/** Returns the name of an attribute. That of a template, such as http.request.header.<key>, ends with a star. */
const nameOf = (constant: Constant): string => (typeof constant === 'function' ? constant('*') : String(constant));

function declared(): Declaration[] {
  const docs = documentation(declarations());
  const constants = Object.entries(conventions as Record<string, Constant>);
  const members = Map.groupBy(
    constants.filter(([name]) => !name.startsWith('ATTR_') && name.includes('_VALUE_')),
    ([name]) => /\{@link (\w+)\}/.exec(docs.get(name) ?? '')?.[1],
  );
  return constants
    .filter(([name]) => name.startsWith('ATTR_'))
    .map(([name, constant]) => ({
      name: nameOf(constant),
      examples: [...(docs.get(name) ?? '').matchAll(/^@example (.*)$/gm)].map(([, example = '']) => example.trim()),
      deprecated: /^@deprecated ([\s\S]*?)(?=\n@|\n*$)/m.exec(docs.get(name) ?? '')?.[1],
      members: (members.get(name) ?? []).map(([, value]) => value as string | number),
    }));
}

/** What the lists say that the texts of the package don't. */
const LISTED = new Map(
  Object.entries({ int: INTEGERS, double: FRACTIONS, boolean: BOOLEANS, string: TEXTS, any: ANY }).flatMap(
    ([type, names]) => names.map((name) => [name, type] as const),
  ),
);

/** Returns the type of an attribute's values, or `any` if it is not known. */
function typeOf({ name, examples, members }: Declaration): string {
  if (members.length > 0)
    return [members.every((one) => typeof one === 'number') ? 'int' : 'string', ...members].join('|');
  return LISTED.get(name) ?? typeByExamples(examples);
}

function typeByExamples(examples: readonly string[]): string {
  if (examples.length === 0) return 'any';
  if (examples.every((example) => example.startsWith('["'))) return 'string[]';
  if (examples.some((example) => example.startsWith('['))) return 'any';
  if (examples.every((example) => /^(true|false)$/.test(example))) return 'boolean';
  return examples.every((example) => /^-?\d+(\.\d+)?$/.test(example)) ? 'any' : 'string';
}

/**
 * Returns what registry.json says of an attribute: its type, with the values of an enum, or `!` and what replaces it.
 * Attributes that have moved to the conventions of another project are not deprecated, but this package has no types
 * of them any longer.
 */
function entryOf(declaration: Declaration, names: ReadonlySet<string>): string {
  const { deprecated } = declaration;
  if (deprecated === undefined) return typeOf(declaration);
  if (/^Moved to /.test(deprecated)) return 'any';
  const replacements = [...deprecated.matchAll(/`([^`\s]+)`/g)].map(([, name = '']) => name);
  return ['!', ...new Set(replacements.filter((name) => name !== declaration.name && names.has(name)))].join(' ');
}

/** Fails if a list of value-types.ts names an attribute that the package doesn't have, or whose type needs no list. */
function checkLists(all: readonly Declaration[]): void {
  const known = new Map(all.map((declaration) => [declaration.name, declaration]));
  const stray = [...LISTED.keys()].filter((name) => {
    const declaration = known.get(name);
    return !declaration || declaration.deprecated !== undefined || declaration.members.length > 0;
  });
  if (stray.length === 0) return;
  throw new Error(
    `expected ${PACKAGE} to define the attributes in otlp/quality/value-types.ts, found none or another kind of ` +
      `${stray.join(', ')}. Remove them from the list.`,
  );
}

/** Returns the text of registry.json. */
export function registryText(): string {
  const all = declared();
  checkLists(all);
  const names = new Set(all.map(({ name }) => name));
  const entries = all
    .map((declaration) => [declaration.name, entryOf(declaration, names)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const registry = { source: `${PACKAGE} ${versionOf()}`, attributes: Object.fromEntries(entries) };
  return `${JSON.stringify(registry, null, 2)}\n`;
}

const OPTIONS = { verify: { help: 'write nothing, and fail if the file differs' } } as const;

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

function main(args: readonly string[]): void {
  if (args.includes('--help')) return void print(optionsHelp(OPTIONS));
  const { given } = parseOptions(args, OPTIONS);
  if (!given.verify) {
    writeFileSync(TARGET, registryText());
    return void print('otlp/quality/registry.json: written');
  }
  const isCurrent = readFileSync(TARGET, 'utf8') === registryText();
  print(
    isCurrent
      ? `otlp/quality/registry.json matches ${PACKAGE}`
      : 'otlp/quality/registry.json differs from the generated file',
  );
  if (!isCurrent) print('Run `npm run generate` and commit the result.');
  process.exitCode = isCurrent ? 0 : 1;
}

if (import.meta.main) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 1;
  }
}
