// Tests that `npm run image -- --push` pushes complete images to a real registry, and that the chart can use them.
import { arch } from 'node:process';
import { parseAllDocuments } from 'yaml';
import { run } from '../../support/run.ts';
import { repoRoot } from '../../support/paths.ts';
import { textOf, tool } from '../support/cluster/cluster.ts';
import { chart } from '../support/cluster/lab.ts';
import { startRegistry } from '../support/cluster/registry.ts';
import type { Registry } from '../support/cluster/registry.ts';

let registry: Registry;
let pushed: string;

beforeAll(async () => {
  registry = await startRegistry();
  pushed = (await image('--flask', '--push', `${registry.address}/workshop/intro-otel:7.8.9`)).stdout;
}, 150_000);

afterAll(() => registry?.stop());

/** Runs `npm run image -- …`. */
function image(...args: string[]): ReturnType<typeof run> {
  return run('npm', ['run', '--silent', 'image', '--', ...args], { cwd: repoRoot, allowFailure: true });
}

interface Manifest {
  mediaType: string;
  config: { digest: string };
  layers: { digest: string; size: number }[];
}

const images = ['workshop/intro-otel', 'workshop/intro-otel-flask'];

async function manifest(name: string): Promise<Manifest> {
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
  return JSON.parse(
    await textOf(await fetch(`http://${registry.address}/v2/${name}/manifests/7.8.9`, { headers: { accept } })),
  ) as Manifest;
}

function blob(name: string, digest: string, method = 'GET'): Promise<Response> {
  return fetch(`http://${registry.address}/v2/${name}/blobs/${digest}`, { method });
}

test.each(images)(
  'pushes the manifest of %s and all its layers with npm run image -- --flask --push REGISTRY/NAME:TAG',
  async (name) => {
    const { layers } = await manifest(name);
    expect(layers.length).toBeGreaterThanOrEqual(2);
    for (const { digest, size } of layers) {
      const answer = await blob(name, digest, 'HEAD');
      expect([digest, answer.status, Number(answer.headers.get('content-length'))]).toEqual([digest, 200, size]);
    }
  },
);

test.each(images)("builds the image %s for this machine's processor, and for a user other than root", async (name) => {
  const { config } = await manifest(name);
  const read = JSON.parse(await textOf(await blob(name, config.digest))) as {
    architecture: string;
    os: string;
    config: { User: string };
  };
  expect(read).toMatchObject({
    architecture: arch === 'x64' ? 'amd64' : arch,
    os: 'linux',
    config: { User: '10001:10001' },
  });
});

test('prints a helm command that makes every pod of ours use the pushed images', async () => {
  const flags = /helm upgrade --install intro-otel \.\/charts\/lab (.*)$/m.exec(pushed)?.[1]?.split(' ') ?? [];
  expect(flags.length).toBeGreaterThan(0);
  const { stdout } = await tool('helm', [
    'template',
    'intro-otel',
    chart,
    ...flags,
    '--set',
    'imagePullSecrets[0].name=regcred',
  ]);
  const pods = parseAllDocuments(stdout).flatMap(
    (document) => (document.toJS() as Workload).spec?.template?.spec ?? [],
  );
  const ours = pods.filter((pod) => !/jaeger|collector/.test(pod.containers[0]?.image ?? ''));
  expect(ours.length).toBeGreaterThanOrEqual(7);
  expect(new Set(ours.map((pod) => pod.containers[0]?.image))).toEqual(
    new Set(images.map((name) => `${registry.address}/${name}:7.8.9`)),
  );
  expect(pods.map((pod) => pod.imagePullSecrets)).toEqual(pods.map(() => [{ name: 'regcred' }]));
});

interface Workload {
  spec?: { template?: { spec: { containers: { image: string }[]; imagePullSecrets: { name: string }[] } } };
}

test('fails and names the registry if the registry does not answer', async () => {
  const refused = await image('--push', '127.0.0.1:9/workshop/intro-otel');
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('127.0.0.1:9');
  expect(refused.stderr).not.toMatch(/^\s+at .*\.ts:\d+/m);
});

test('refuses an invalid image name before it builds anything', async () => {
  const refused = await image('--push', `${registry.address}/Not/Lower`);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/lower case/);
});
