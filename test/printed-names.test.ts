// Looks up every name that the course and the docs print: attributes in the semantic conventions, calls in the API, and
// variables in the SDK. A name that OpenTelemetry has deprecated must be called so where it is printed.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as api from '@opentelemetry/api';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { repoRoot } from '../support/paths.ts';
import { codeIn, pages } from './support/printed.ts';
import type { Page } from './support/printed.ts';

const require = createRequire(join(repoRoot, 'apps', 'package.json'));
const folderOf = (name: string): string => dirname(require.resolve(name));

/** Returns the text of all files in a package's folder whose names have this end. */
const textIn = (name: string, end: string): string =>
  readdirSync(folderOf(name), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(end))
    .map((path) => readFileSync(join(folderOf(name), path), 'utf8'))
    .join('\n');

describe('attributes', () => {
  const known = new Set<string>(Object.values(conventions).filter((value) => typeof value === 'string'));

  /** Attributes that this lab defines, and that no convention has. */
  const own = new Set([
    ...['roll.value', 'roll.sides', 'dice.rolls', 'dice.roll.value', 'workshop.step', 'player.name'],
    ...['prizes.version', 'client.version', 'browser.plugins', 'deployment.node_pool'],
  ]);

  const isAttribute = (code: string): boolean =>
    /^[a-z_]+(\.[a-z0-9_-]+)+$/.test(code) && !/\.(ts|js|py|sh|md|txt|yaml|yml|env|json)$/.test(code);

  /** A convention defines a family of names, such as `http.request.header.<key>`. */
  const isOfFamily = (name: string): boolean => name.startsWith('http.request.header.');

  const printed = pages
    .filter(({ path }) => path.startsWith('course/'))
    .flatMap((page) => codeIn(page).map((code) => ({ page, name: code.split('=')[0] ?? '' })))
    .filter(({ name }) => isAttribute(name));

  test('in the course are in the semantic conventions, or are the own ones of the lab', () => {
    expect(printed.length).toBeGreaterThan(10);
    const unknown = printed.filter(({ name }) => !known.has(name) && !own.has(name) && !isOfFamily(name));
    expect(unknown.map(({ page, name }) => `${page.path}: ${name}`)).toEqual([]);
  });

  const types = textIn('@opentelemetry/semantic-conventions', '.d.mts');

  /** Returns the names that replace an attribute, or an empty list if the conventions have not deprecated it. */
  function replacementsOf(name: string): string[] {
    const before = types.split(`: "${name}";`)[0] ?? '';
    const comment = /\/\*\*(?:(?!\*\/)[^])*\*\/\s*declare const \w+$/.exec(before.slice(-3000))?.[0] ?? '';
    const [, reason = ''] = /@deprecated (.*)/.exec(comment) ?? [];
    return [...reason.matchAll(/`([\w.]+)`/g)].map(([, replacement = '']) => replacement);
  }

  test('that the conventions have deprecated are printed together with their replacement', () => {
    expect(replacementsOf('http.method')).toEqual(['http.request.method']);
    expect(replacementsOf('http.response.status_code')).toEqual([]);
    const alone = printed.filter(({ page, name }) => {
      const replacements = replacementsOf(name);
      return replacements.length > 0 && !replacements.some((one) => page.text.includes(`\`${one}\``));
    });
    expect(alone.map(({ page, name }) => `${page.path}: ${name}`)).toEqual([]);
  });

  const { text: deckPage = '' } = pages.find(({ path }) => path === 'docs/the-deck-and-today.md') ?? {};
  const renamed = [...deckPage.matchAll(/^\| `((?:http|net)\.[a-z_.]+)` +\| (.*) \|$/gm)].map(
    ([, old = '', now = '']) => ({ old, names: [...now.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name) }),
  );

  test.each(renamed)('the deck had as $old are deprecated, and the page names what replaces them', ({ old, names }) => {
    expect(names.length).toBeGreaterThan(0);
    expect(replacementsOf(old)).toEqual(expect.arrayContaining(names));
  });

  test('of the deck are all on the page "The deck and today"', () => {
    expect(renamed.map(({ old }) => old).sort()).toEqual([
      ...['http.flavor', 'http.host', 'http.method', 'http.scheme', 'http.server_name', 'http.status_code'],
      ...['http.target', 'http.user_agent', 'net.host.port', 'net.peer.ip', 'net.peer.port'],
    ]);
  });
});

describe('calls of the API', () => {
  const tracer = api.trace.getTracer('printed-names');
  const meter = api.metrics.getMeter('printed-names');
  const receivers: Readonly<Record<string, object>> = {
    ...{ trace: api.trace, metrics: api.metrics, context: api.context, propagation: api.propagation, tracer, meter },
    span: tracer.startSpan('a'),
    counter: meter.createCounter('a'),
    histogram: meter.createHistogram('a'),
  };

  /** Methods that the specification has deprecated. The API for JavaScript does not mark them yet. */
  const deprecated = ['addEvent', 'recordException'];

  /** Returns the calls such as `span.end()`, without the Python of the deck, whose names have underscores. */
  const callsIn = (page: Page): [receiver: string, method: string][] =>
    codeIn(page)
      .flatMap((code) => [...code.matchAll(/\b([a-z]+)\.([A-Za-z_]+)\(/g)])
      .map(([, receiver = '', method = '']): [string, string] => [receiver, method])
      .filter(([receiver, method]) => receiver in receivers && !method.includes('_'));

  test('have methods that the API has', () => {
    const calls = pages.flatMap((page) => callsIn(page).map((call) => [page.path, ...call] as const));
    expect(calls.length).toBeGreaterThan(10);
    const unknown = calls.filter(([, receiver, method]) => !(method in (receivers[receiver] ?? {})));
    expect(unknown.map((call) => call.join(' '))).toEqual([]);
  });

  test('that are deprecated are called so on the page that prints them', () => {
    const types = textIn('@opentelemetry/api', '.d.mts');
    const marked = [...types.matchAll(/@deprecated[^*]*\*\/\s*(\w+)\(/g)].map(([, method = '']) => method);
    const silent = pages.filter(
      (page) =>
        callsIn(page).some(([, method]) => [...deprecated, ...marked].includes(method)) &&
        !/deprecate/i.test(page.text),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});

test('variables that the pages print are those that the SDK reads', () => {
  const scope = dirname(dirname(folderOf('@opentelemetry/core')));
  const sdk = readdirSync(scope)
    .filter((name) => !name.startsWith('semantic-conventions'))
    .map((name) => textIn(`@opentelemetry/${name}`, '.mjs'))
    .join('\n');
  const printed = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\bOTEL_[A-Z_]*[A-Z]\b/g)].map(([name]) => [path, name] as const),
  );
  expect(printed.length).toBeGreaterThan(3);
  expect(printed.filter(([, name]) => !sdk.includes(name))).toEqual([]);
});
