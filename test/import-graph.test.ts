// Checks the import graph of all TypeScript files, type imports and tests included: a layer imports only lower layers,
// and there is no cycle.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { repoRoot } from '../support/paths.ts';

const { LAYERS: layers } = (await import(join(repoRoot, 'eslint.config.mjs'))) as { LAYERS: readonly string[] };

const sources = layers.flatMap((layer) =>
  globSync(`${layer}/**/*.ts`, { cwd: repoRoot, exclude: (path) => /node_modules|dist/.test(path) }),
);

/** Lists the paths of the files that `file` imports, relative to the repository's root. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(repoRoot, file), 'utf8'));
  const relative = importedFiles.map(({ fileName }) => fileName).filter((name) => name.startsWith('.'));
  return relative.map((name) => join(dirname(file), name));
}

const graph = new Map(sources.map((file) => [file, importsOf(file)]));

/** Lists the imports from a lower layer to a higher one, as `from → to`. */
function pointingUp(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const floorOf = (path: string): number => layers.indexOf(path.split('/')[0] ?? '');
  return [...edges].flatMap(([from, targets]) =>
    targets.filter((to) => floorOf(to) < floorOf(from)).map((to) => `${from} → ${to}`),
  );
}

/**
 * Lists the files that are part of an import cycle, or that lead to one by their imports. It repeatedly removes every
 * file that imports no remaining file.
 */
function inCircles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  let left = new Map(edges);
  for (;;) {
    const next = new Map([...left].filter(([, targets]) => targets.some((to) => left.has(to))));
    if (next.size === left.size) return [...next.keys()];
    left = next;
  }
}

test('reads TypeScript files of every layer', () => {
  expect(layers.filter((layer) => !sources.some((file) => file.startsWith(`${layer}/`)))).toEqual([]);
  expect([...graph.values()].flat().length).toBeGreaterThan(1000);
});

test('finds a file for every import', () => {
  // esbuild writes this file into the image, next to the program that loads it.
  const built = ['apps/telemetry/lazy-exporters.cjs', 'apps/telemetry/rare.cjs'];
  const missing = [...graph.values()].flat().filter((path) => !existsSync(join(repoRoot, path)));
  expect(missing.filter((path) => !built.includes(path) && !path.endsWith('.js'))).toEqual([]);
});

test('contains no import from a lower layer to a higher one', () => {
  expect(pointingUp(graph)).toEqual([]);
});

test('contains no import cycle, type imports included', () => {
  expect(inCircles(graph)).toEqual([]);
});

test('reports an import to a higher layer and an import cycle in an example graph', () => {
  expect(pointingUp(new Map([['support/a.ts', ['test/b.ts']]]))).toEqual(['support/a.ts → test/b.ts']);
  const circle = new Map([
    ['a.ts', ['b.ts']],
    ['b.ts', ['a.ts']],
    ['c.ts', []],
  ]);
  expect(inCircles(circle)).toEqual(['a.ts', 'b.ts']);
});
