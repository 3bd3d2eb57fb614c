import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Returns everything that a file loads at run time: our files by path, packages by name. Type-only imports load
 * nothing.
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

test.each(['client.ts', 'transport-node.ts', 'in-cluster.ts', 'kinds.ts', 'types.ts', 'conditions.ts'])(
  'loads no npm package at run time in %s, so that small programs stay small',
  (file) => {
    const packages = [...loaded(join(import.meta.dirname, file))].filter((name) => !/^(?:\/|node:)/.test(name));
    expect(packages).toEqual([]);
  },
);

test('finds undici in transport-undici.ts and client-node in config.ts, so the search for packages works', () => {
  expect(loaded(join(import.meta.dirname, 'transport-undici.ts'))).toContain('undici');
  expect(loaded(join(import.meta.dirname, 'config.ts'))).toContain('@kubernetes/client-node');
});
