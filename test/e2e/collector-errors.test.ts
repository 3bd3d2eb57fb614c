// Tests that the Collector still prints the errors that the guide's table of symptoms explains. It runs the cluster's
// Collector as a process, with the chart's configuration and each wrong collector.yaml.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectorError } from '../../apps/guide/server/symptoms/collector.ts';
import { renderLab } from '../../cdk8s/render.ts';
import { binary } from '../../cluster/components/build.ts';
import { repoRoot } from '../../support/paths.ts';

interface Recorded {
  readonly yaml: readonly string[];
  readonly log: readonly string[];
}

const path = join(repoRoot, 'apps/guide/testing/collector-errors.json');
const recorded = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, Recorded>);
const folder = mkdtempSync(join(tmpdir(), 'intro-otel-collector-'));
const chart = join(folder, 'chart.yaml');

beforeAll(() => {
  const config = renderLab({ release: 'lab', namespace: 'ns' }).find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'lab-collector',
  ) as { data?: Record<string, string> } | undefined;
  writeFileSync(chart, config?.data?.['config.yaml'] ?? '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Returns what the Collector prints until it ends. One that accepts the file prints no error, and is stopped. */
function output(yaml: readonly string[], name: string): Promise<string[]> {
  const own = join(folder, name);
  writeFileSync(own, `${yaml.join('\n')}\n`);
  const env = { POD_NAMESPACE: 'ns', POD_IP: '127.0.0.1' };
  const child = spawn(binary('collector'), [`--config=${chart}`, `--config=${own}`], { env, timeout: 10_000 });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((done) => child.once('close', () => done(text.split('\n'))));
}

/** The Collector lists valid values in a random order. */
const sorted = (line: string): string =>
  line.replace(/valid values: \[(.*?)\]/, (_all, values: string) => values.split(' ').sort().join(' '));

test('prints the recorded error for each wrong collector.yaml', async () => {
  const found: [string, string[]][] = [];
  for (const [index, [mistake, { yaml }]] of recorded.entries())
    found.push([mistake, collectorError(await output(yaml, `${index}.yaml`)).map(sorted)]);
  expect(found).toEqual(recorded.map(([mistake, { log }]) => [mistake, log.map((line) => sorted(line.trim()))]));
}, 120_000);
