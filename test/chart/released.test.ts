// Checks with the real helm that the chart of a release is valid and names its images by digest.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { chartFiles } from '../../cdk8s/helm/chart.ts';
import { helmPath } from '../../cluster/tools.ts';
import { publishedChart } from '../../release/build.ts';
import { writeChartArtifact } from '../../release/chart-artifact.ts';
import { silentProgress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import { versions } from '../../lab/versions.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const target = { registry: 'registry.example:5000', path: 'otel', version: versions.lab };
const images = (['intro-otel', 'intro-otel-flask'] as const).map((name) => ({ name, digest: DIGEST }));

let directory: string;
let archive: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'released-chart-'));
  ({ archive } = await writeChartArtifact(chartFiles(publishedChart(target, images)), join(directory, 'chart')));
});
afterAll(() => rm(directory, { recursive: true }));

async function helm(...args: string[]): Promise<string> {
  return (await run(await helmPath(silentProgress()), args, { timeout: 60_000 })).stdout;
}

test('passes helm lint --strict', async () => {
  expect(await helm('lint', '--strict', archive)).toContain('0 chart(s) failed');
});

test('runs every pod of ours with the image of the release, by digest, and tells the operator so', async () => {
  const text = await helm('template', 'intro-otel', archive, '--set', 'flask.enabled=true', '--kube-version', '1.34.4');
  const pods = parseAllDocuments(text).flatMap((document) => (document.toJS() as Workload).spec?.template?.spec ?? []);
  const containers = pods.flatMap((pod) => pod.containers);
  const ours = containers.map(({ image }) => image).filter((image) => !image.startsWith('docker.io/'));
  expect(new Set(ours)).toEqual(
    new Set(
      ['intro-otel-apps', 'intro-otel-flask'].map(
        (name) => `registry.example:5000/otel/${name}:${versions.lab}@${DIGEST}`,
      ),
    ),
  );
  const variables = containers.flatMap(({ env = [] }) => env).filter(({ name }) => name === 'IMAGES');
  expect(variables.map(({ value }) => JSON.parse(value ?? '') as object)).toEqual([
    expect.objectContaining({
      image: {
        registry: 'registry.example:5000',
        repository: 'otel/intro-otel-apps',
        tag: `${versions.lab}@${DIGEST}`,
        pullPolicy: 'IfNotPresent',
      },
    }),
  ]);
});

interface Workload {
  spec?: { template?: { spec: { containers: { image: string; env?: { name: string; value?: string }[] }[] } } };
}
