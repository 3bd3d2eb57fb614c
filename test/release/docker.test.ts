// Tests the engine docker with its real daemon: `npm run image` builds the lab's image and pushes it to a real
// registry, and an archive of the image gets into the containerd of a node. The base image is made here, so nothing is
// pulled. It takes 36 s, so it runs only with the tests of a release.
import { createReadStream } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../../cluster/components/packages.ts';
import { ensureBuildahBase, nodeBaseImage, sharedLibraries } from '../../cluster/components/images.ts';
import { copyCommands, saveCommand } from '../../cluster/engines.ts';
import type { LocalCluster } from '../../cluster/engines.ts';
import { command, IMAGE } from '../../cluster/image/image.ts';
import { product as dockerDesktopKind } from '../../cluster/products/docker-desktop-kind.ts';
import { repoRoot } from '../../support/paths.ts';
import { run } from '../../support/run.ts';
import type { RunResult } from '../../support/run.ts';
import { DockerDaemon } from '../support/docker-daemon.ts';
import { startRegistry } from '../support/cluster/registry.ts';
import type { Registry } from '../support/cluster/registry.ts';

const NODE = 'desktop-control-plane';

let daemon: DockerDaemon;
let registry: Registry;
let base: string;

beforeAll(async () => {
  [daemon, registry] = await Promise.all([DockerDaemon.start(), startRegistry()]);
  const image = await nodeBaseImage();
  base = image.name;
  const archive = join(daemon.directory, 'base.tar');
  const { options, name } = await ensureBuildahBase(image);
  await run('buildah', [...options, 'push', name, `docker-archive:${archive}:${base}`]);
  await daemon.docker(['load', '--input', archive]);
}, 300_000); // apt may have to install docker

afterAll(async () => {
  await daemon?.docker(['rm', '--force', NODE], { allowFailure: true });
  await Promise.all([daemon?.stop(), registry?.stop()]);
}, 30_000);

/** Runs `npm run image -- --push`. */
const pushTo = (name: string): Promise<RunResult> =>
  run(process.execPath, [join(repoRoot, 'cluster', 'cli.ts'), 'image', '--push', name], {
    env: { ...daemon.env, NODE_OPTIONS: '' },
    allowFailure: true,
  });

/** Returns a command's exit code, and behind it all that it has printed. */
const textOf = ({ code, stdout, stderr }: RunResult): string => `${code} ${stderr}${stdout}`;

test('docker builds the image once, and pushes it to a registry on loopback', async () => {
  const name = `${registry.address}/lab/intro-otel`;
  expect(textOf(await pushTo(`${name}:1`))).toMatch(/^0 [^]*Build \S+\/intro-otel:\S+ with docker[^]* image\.tag=1\n/);
  expect(textOf(await pushTo(`${name}:2`))).toMatch(/^0 [^]*Unchanged: \S+ with docker[^]* image\.tag=2\n/);
  const manifests = await Promise.all(['1', '2'].map((tag) => manifestOf('lab/intro-otel', tag)));
  expect(manifests[0]).toMatchObject({
    schemaVersion: 2,
    config: { digest: expect.stringMatching(/^sha256:/) as string },
  });
  expect(manifests[1]).toEqual(manifests[0]);
}, 120_000);

async function manifestOf(repository: string, tag: string): Promise<unknown> {
  const headers = { accept: 'application/vnd.docker.distribution.manifest.v2+json' };
  return (await fetch(`http://${registry.address}/v2/${repository}/manifests/${tag}`, { headers })).json();
}

test('a push that fails says which registry did not take the image, and what to do', async () => {
  expect(textOf(await pushTo('127.0.0.1:9/lab'))).toMatch(/^1 [^]*could not be pushed[^]*docker login 127\.0\.0\.1:9/);
}, 30_000);

test('an image that docker has saved gets into the containerd of a node that is a container', async () => {
  await startNode();
  const archive = join(daemon.directory, 'image.tar');
  await command(saveCommand({ name: 'docker', command: ['docker'] }, IMAGE, archive), { env: daemon.env });
  for (const { words, input } of copyCommands(clusterOf(NODE), archive, ['default']))
    await command(words, { env: daemon.env, input: createReadStream(input ?? '') });
  const { stdout } = await daemon.docker(['exec', NODE, 'ctr', '--namespace', 'k8s.io', 'images', 'list', '--quiet']);
  expect(stdout.trim().split('\n')).toEqual([IMAGE]);
}, 60_000);

const clusterOf = (node: string): LocalCluster => ({
  product: dockerDesktopKind,
  name: 'docker-desktop',
  nodes: [{ name: node, labels: {}, providerId: `kind://docker/desktop/${node}` }],
});

/** Starts a container with containerd's own client in it, and with the socket of a real containerd, as a node has. */
async function startNode(): Promise<void> {
  const context = join(daemon.directory, 'node');
  const ctr = findProgram('ctr') ?? '';
  const { stdout } = await run('ldd', [ctr]);
  for (const path of [ctr, ...sharedLibraries(stdout)]) {
    await mkdir(join(context, 'files', path, '..'), { recursive: true });
    await cp(path, join(context, 'files', path), { dereference: true });
  }
  await writeFile(join(context, 'Dockerfile'), `FROM ${base}\nCOPY files /\n`);
  await daemon.docker(['build', '--tag', 'a-node', context]);
  const options = ['--detach', '--network', 'none', '--name', NODE];
  const socket = ['--volume', `${daemon.containerd}:/run/containerd`];
  await daemon.docker(['run', ...options, ...socket, 'a-node', 'node', '-e', 'setInterval(() => 0, 60_000)']);
}
