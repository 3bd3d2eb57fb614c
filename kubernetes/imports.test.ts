import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Returns every module that a file loads at run time, directly or through another file. Our own files are paths, and
 * npm packages are names. A type-only import loads nothing.
 */
function loaded(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, 'utf8');
  for (const [, typeOnly, specifier = ''] of source.matchAll(/^(?:import|export)( type)? [^;]*?from '([^']+)';/gm)) {
    if (typeOnly) continue;
    if (specifier.startsWith('.')) loaded(join(dirname(file), specifier), seen);
    else seen.add(specifier);
  }
  for (const [, specifier = ''] of source.matchAll(/\bimport\('([^']+)'\)/g)) seen.add(specifier);
  return seen;
}

test.each(['client.ts', 'reflector.ts', 'transport-node.ts', 'in-cluster.ts', 'kinds.ts', 'types.ts', 'conditions.ts'])(
  'finds no npm package that %s loads at run time, so that small programs need little memory',
  (file) => {
    const packages = [...loaded(join(import.meta.dirname, file))].filter((name) => !/^(?:\/|node:)/.test(name));
    expect(packages).toEqual([]);
  },
);

test('detects that transport-undici.ts loads undici and that config.ts loads client-node', () => {
  expect(loaded(join(import.meta.dirname, 'transport-undici.ts'))).toContain('undici');
  expect(loaded(join(import.meta.dirname, 'config.ts'))).toContain('@kubernetes/client-node');
});
