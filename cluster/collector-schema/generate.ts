// Writes the schema by which the editor completes and checks collector.yaml. It needs Go. The schema comes from the
// Collector that the devcluster builds, of the version that the chart runs:
// `node cluster/collector-schema/generate.ts`
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SECTIONS } from '../../apps/guide/web/editor/collector/schema.ts';
import type { Base, Section } from '../../apps/guide/web/editor/collector/schema.ts';
import { renderLab } from '../../cdk8s/render.ts';
import { versions } from '../../lab/versions.ts';
import { print } from '../../support/output.ts';
import { repoRoot } from '../../support/paths.ts';
import { goEnv } from '../components/build.ts';
import { buildFlags, components } from '../components/catalog.ts';

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

/** Returns what a lab with the chart's defaults defines, and its pipelines. The learner's file is merged over it. */
export function labBase(): Base {
  const objects = renderLab({ release: 'lab', namespace: 'lab' });
  const map = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'lab-collector');
  const { 'config.yaml': text = '' } = (map?.['data'] ?? {}) as Record<string, string>;
  const config = parse(text) as Record<Section, Record<string, unknown>> & {
    service: { pipelines: Base['pipelines'] };
  };
  const defined = SECTIONS.map((section) => [section, Object.keys(config[section])]);
  const lanes = Object.entries(config.service.pipelines).map(([name, { receivers, processors, exporters }]) => [
    name,
    { receivers, processors, exporters },
  ]);
  return {
    defined: Object.fromEntries(defined) as Base['defined'],
    pipelines: Object.fromEntries(lanes) as Base['pipelines'],
  };
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
      env: { ...process.env, ...goEnv(components.collector), SCHEMA_FILE: file },
    });
    const schema = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const all = { version: versions.collector, sources: hashOfSources(), base: labBase(), ...schema };
    return `${JSON.stringify(all, null, 1)}\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const text = generate();
  writeFileSync(SCHEMA, text);
  print(`${SCHEMA}: ${Math.ceil(text.length / 1024)} kB`);
}
