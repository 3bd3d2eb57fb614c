// Writes the schema by which the editor completes and checks collector.yaml: `node cluster/collector-schema/generate.ts`.
// It needs Go. The schema comes from the Collector that the devcluster builds, of the version that the chart runs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { versions } from '../../lab/versions.ts';
import { print } from '../../support/output.ts';
import { repoRoot } from '../../support/paths.ts';
import { buildFlags, components, GO_TOOLCHAIN } from '../components/catalog.ts';

const PROGRAM = join(import.meta.dirname, 'schema_test.go');
const SOURCES = ['go.mod', 'go.sum', 'main.go'].map((name) => join(components.collector.directory, name));

/** Where the schema is. */
export const SCHEMA = join(repoRoot, 'apps', 'guide', 'web', 'editor', 'collector', 'schema.json');

/** Returns the hash of everything that the schema is made from. */
export function hashOfSources(): string {
  const hash = createHash('sha256');
  for (const path of [PROGRAM, ...SOURCES]) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

/** Runs the program next to the Collector's sources. @returns the schema's text */
function generate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'collector-schema-'));
  try {
    for (const path of [PROGRAM, ...SOURCES]) cpSync(path, join(folder, path.split('/').at(-1) ?? ''));
    const file = join(folder, 'schema.json');
    execFileSync('go', ['test', ...buildFlags(components.collector), '-count=1', '-run', 'TestSchema', '.'], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, GOTOOLCHAIN: GO_TOOLCHAIN, SCHEMA_FILE: file },
    });
    const schema = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    return `${JSON.stringify({ version: versions.collector, sources: hashOfSources(), ...schema })}\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const text = generate();
  writeFileSync(SCHEMA, text);
  print(`${SCHEMA}: ${Math.ceil(text.length / 1024)} kB`);
}
