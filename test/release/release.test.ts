// Makes a release in a real registry, verifies it, damages it, and installs it on the real node. Signing and verifying
// run in the cluster's network, which has no way out.
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insideNetwork } from '../../cluster/devcluster/index.ts';
import { clusterImages, ensureArchive } from '../../cluster/components/images.ts';
import { IMAGES, referenceOf } from '../../release/artifact.ts';
import type { Artifact } from '../../release/artifact.ts';
import { buildRelease } from '../../release/build.ts';
import { Signer } from '../../release/cosign.ts';
import { buildReleaseImages } from '../../release/images/build.ts';
import { publish } from '../../release/publish.ts';
import { Registry } from '../../release/registry.ts';
import { targetOf } from '../../release/target.ts';
import type { Target } from '../../release/target.ts';
import { releaseTools } from '../../release/tools.ts';
import type { ReleaseTools } from '../../release/tools.ts';
import { repoRoot } from '../../support/paths.ts';
import { silentProgress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import type { RunResult } from '../../support/run.ts';
import { eventually } from '../../support/waiting.ts';
import { apiGet, testCluster } from '../support/cluster/cluster.ts';
import { Lab, quiet } from '../support/cluster/lab.ts';
import { keepEvidence, makeNamespace } from '../support/cluster/namespace.ts';
import { startSharedRegistry } from '../support/cluster/shared-registry.ts';
import type { SharedRegistry } from '../support/cluster/shared-registry.ts';
import type { Pod } from '../support/matchers/objects.ts';
import { commandsWith } from './readme.ts';

const MINUTE = 60_000;
const SOURCE = { commit: 'c'.repeat(40) };

let directory: string;
let shared: SharedRegistry;
let tools: ReleaseTools;
let target: Target;
let released: readonly Artifact[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'release-test-'));
  shared = await startSharedRegistry();
  target = targetOf(`${shared.address}/lab`, '--registry');
  tools = await insideCluster(await releaseTools(silentProgress()));
  for (const name of ['cosign', 'other'])
    await run(tools.cosign, ['generate-key-pair', '--output-key-prefix', join(directory, name)], { env: PASSWORD });
  process.env['COSIGN_PASSWORD'] = PASSWORD.COSIGN_PASSWORD;
  released = await build('first');
  await release(released);
}, 20 * MINUTE);

afterAll(async () => {
  await shared?.stop();
  await rm(directory, { recursive: true, force: true });
});

const PASSWORD = { COSIGN_PASSWORD: 'of no worth' };

/** Returns the programs as scripts that run them in the cluster's network. */
async function insideCluster(programs: ReleaseTools): Promise<ReleaseTools> {
  const script = async (name: keyof ReleaseTools): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, `#!/bin/sh\nexec ${insideNetwork(testCluster().name, [programs[name]]).join(' ')} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  };
  return { crane: await script('crane'), cosign: await script('cosign') };
}

async function build(name: string): Promise<Artifact[]> {
  const place = join(directory, name);
  await mkdir(place);
  const options = { target, source: SOURCE, directory: place, report: silentProgress() };
  return buildRelease({ ...options, buildImages: buildReleaseImages });
}

async function release(artifacts: readonly Artifact[]): Promise<void> {
  const signer = await Signer.create(tools.cosign, join(directory, 'cosign.key'), directory);
  await publish(artifacts, { target, registry: new Registry(tools.crane), signer, report: silentProgress() });
}

/** Runs `npm run release -- --verify` in the cluster's network. */
function verify(key = 'cosign.pub'): Promise<RunResult> {
  const address = `${target.registry}/${target.path}`;
  const words = [join(repoRoot, 'release', 'cli.ts'), '--verify', address, '--key', join(directory, key)];
  const [program, ...args] = insideNetwork(testCluster().name, [process.execPath, ...words]);
  return run(program, args, { allowFailure: true });
}

/** Returns the path of a file of the registry: https://distribution.github.io/distribution/about/ */
const stored = (...path: string[]): string => join(shared.data, 'docker', 'registry', 'v2', ...path);

const blobPath = (digest: string): string => {
  const hex = digest.replace('sha256:', '');
  return stored('blobs', 'sha256', hex.slice(0, 2), hex, 'data');
};

const artifact = (name: string): Artifact => {
  const found = released.find((one) => one.name === name);
  if (found === undefined) throw new Error(`Expected an artifact ${name}.`);
  return found;
};

describe('a release', () => {
  test(
    'has the same digests and attestations when the same commit is built again',
    async () => {
      const second = await build('second');
      const digests = (some: readonly Artifact[]) =>
        some.map(({ name, digest, attestations }) => [name, digest, attestations.map((one) => one.digest)]);
      expect(digests(second)).toEqual(digests(released));
      for (const [at, { attestations }] of second.entries())
        for (const [index, { predicate }] of attestations.entries())
          expect(await readFile(predicate, 'utf8')).toBe(
            await readFile(released[at]?.attestations[index]?.predicate ?? '', 'utf8'),
          );
    },
    10 * MINUTE,
  );

  test(
    'adds nothing to a registry that already has it, and is never overwritten',
    async () => {
      const tags = async () => (await run(tools.crane, ['ls', `${target.registry}/lab/intro-otel-apps`])).stdout;
      const before = await tags();
      await release(released);
      expect(await tags()).toBe(before);
      const other = { ...artifact('intro-otel'), digest: artifact('intro-otel-apps').digest };
      await expect(release([other])).rejects.toThrow(/already in the registry, with other content/);
    },
    2 * MINUTE,
  );

  test(
    'is verified without a way to any other machine, by the command and by cosign alone',
    async () => {
      const { code, stderr } = await verify();
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('is complete') as string });
      const lines = commandsWith('cosign verify ', target.registry, 'lab').trimEnd().split('\n');
      for (const line of lines)
        await run('bash', ['-c', line], { cwd: directory, env: { PATH: `${directory}:${process.env['PATH']}` } });
    },
    5 * MINUTE,
  );
});

/** The way to a damage, and what repairs it. */
type Damage = () => Promise<() => Promise<void>>;

async function damageFile(path: string): Promise<() => Promise<void>> {
  const content = await readFile(path);
  const changed = Buffer.from(content);
  changed.writeUInt8(changed.readUInt8(changed.length >> 1) ^ 1, changed.length >> 1);
  await writeFile(path, changed);
  return () => writeFile(path, content);
}

const damageLayer: Damage = async () => {
  const { digest } = artifact('intro-otel-apps').attestations[0] ?? { digest: '' };
  const manifest = await new Registry(tools.crane).manifest(referenceOf(target, 'intro-otel-apps', digest));
  return damageFile(blobPath(manifest.layers?.at(-1)?.digest ?? ''));
};

const damageChart: Damage = async () => {
  const manifest = await new Registry(tools.crane).manifest(referenceOf(target, 'intro-otel'));
  return damageFile(blobPath(manifest.layers?.[0]?.digest ?? ''));
};

/** Removes the tag under which a registry without the referrers API keeps what is attached to an image. */
async function withoutReferrers(name: string, digest: string): Promise<() => Promise<void>> {
  const tag = stored('repositories', 'lab', name, '_manifests', 'tags', digest.replace(':', '-'));
  await cp(tag, join(directory, 'tag'), { recursive: true });
  await rm(tag, { recursive: true });
  return () => cp(join(directory, 'tag'), tag, { recursive: true });
}

const withoutSbom: Damage = () =>
  withoutReferrers('intro-otel-apps', artifact('intro-otel-apps').attestations[1]?.digest ?? '');

const withoutSignature: Damage = () => withoutReferrers('intro-otel', artifact('intro-otel').digest);

/** Gives the Flask image, with its signatures, the name of the apps' image. */
const otherImage: Damage = async () => {
  const [apps, flask] = ['intro-otel-apps', 'intro-otel-flask'].map((name) => stored('repositories', 'lab', name));
  await cp(apps ?? '', join(directory, 'repository'), { recursive: true });
  await cp(flask ?? '', apps ?? '', { recursive: true });
  return async () => {
    await rm(apps ?? '', { recursive: true });
    await cp(join(directory, 'repository'), apps ?? '', { recursive: true });
  };
};

describe('verification', () => {
  test.each<[string, RegExp, Damage]>([
    ['a changed layer', /The layer sha256:\w+ of \S+intro-otel-apps\S+ for linux\/amd64 was changed/, damageLayer],
    ['a changed chart', /The layer sha256:\w+ of \S+\/intro-otel:\S+ was changed after the release/, damageChart],
    ['another image of the release under its name', /intro-otel-apps\S+ is about intro-otel-flask 0/, otherImage],
    ['a missing SBOM', /intro-otel-apps\S+ for linux\/arm64 has no SBOM/, withoutSbom],
    ['a missing signature', /\/intro-otel:\S+ has no signature[^]*has no provenance/, withoutSignature],
  ])(
    'refuses %s and says so',
    async (_, words, damage) => {
      const repair = await damage();
      try {
        const { code, stderr } = await verify();
        expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(words) as string });
      } finally {
        await repair();
      }
    },
    5 * MINUTE,
  );

  test(
    'refuses signatures of another key and says so',
    async () => {
      const { code, stderr } = await verify('other.pub');
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('is by another key') as string,
      });
    },
    5 * MINUTE,
  );

  test(
    'succeeds again after each damage was repaired',
    async () => {
      expect(await verify()).toMatchObject({ code: 0 });
    },
    5 * MINUTE,
  );
});

/** Returns the images that the containers of a namespace run. */
async function imagesOf(namespace: string): Promise<string[]> {
  const { items } = await apiGet<{ items: Pod[] }>(`/api/v1/namespaces/${namespace}/pods`);
  return [...new Set(items.flatMap((pod) => (pod.spec?.containers ?? []).map(({ image }) => image ?? '')))];
}

const nameOfApps = (): string =>
  `${referenceOf(target, IMAGES['intro-otel'])}@${artifact(IMAGES['intro-otel']).digest}`;

describe('on the real node', () => {
  test(
    'helm 3 installs the chart from the registry, and the lab plays rounds with the images of the release',
    async () => {
      await makeNamespace('release-helm3');
      const lab = new Lab('release-helm3');
      const chart = `oci://${target.registry}/lab/intro-otel`;
      const values = { ...quiet, operator: { enabled: false } };
      await lab.helm(
        ['install', 'intro-otel', chart, '--plain-http', '--wait', '--timeout=5m', '--values=-'],
        'helm3',
        values,
      );
      await lab.settled();
      expect(await imagesOf(lab.namespace)).toContain(nameOfApps());
      await lab.uninstall('helm3');
    },
    10 * MINUTE,
  );

  test(
    'a user with only the address gets a lab and a class of three by the README, all from this registry',
    async () => {
      await pushUpstreamImages();
      await makeNamespace(NAMESPACE);
      await commands('crane copy', (line) => !line.startsWith('crane'));
      await commands('kind: Workshop');
      const seats = ['otel-101-ada', 'otel-101-edsger', 'otel-101-grace'];
      await eventually(async () => expect(await readySeats()).toEqual(seats), { within: 5 * MINUTE });
      const images = (await Promise.all([NAMESPACE, ...seats].map(imagesOf))).flat();
      expect(images.filter((image) => !image.startsWith(`${target.registry}/lab/`))).toEqual([]);
      expect(images).toContain(nameOfApps());
      await commands('helm upgrade');
      expect(await readySeats()).toEqual([]);
    },
    20 * MINUTE,
  );
});

const NAMESPACE = 'release-readme';

/** Runs the README's block of commands with these words, as far as `wanted` wants its lines. */
async function commands(words: string, wanted: (line: string) => boolean = () => true): Promise<void> {
  const bin = join(directory, 'bin');
  const { kubeconfig, tools: installed } = testCluster();
  await mkdir(bin, { recursive: true });
  for (const name of (await readdir(bin)).length === 0 ? (['helm', 'kubectl'] as const) : [])
    await symlink(installed[name], join(bin, name));
  const script = commandsWith(words, target.registry, 'lab').split('\n').filter(wanted).join('\n');
  const env = { PATH: `${bin}:${process.env['PATH']}`, KUBECONFIG: kubeconfig, HELM_NAMESPACE: NAMESPACE };
  await run('bash', ['-euc', script], { env, timeout: 10 * MINUTE });
}

/** Pushes the Collector and Jaeger that the devcluster runs, as `crane copy` does for upstream's. */
async function pushUpstreamImages(): Promise<void> {
  for (const image of clusterImages().filter(({ name }) => /collector|jaeger/.test(name))) {
    const layout = await mkdtemp(join(directory, 'upstream-'));
    await run('tar', ['-xf', await ensureArchive(image), '-C', layout]);
    await new Registry(tools.crane).push(layout, `${target.registry}/lab/${image.name.split('/').at(-1)}`);
  }
}

async function readySeats(): Promise<string[]> {
  const { items } = await apiGet<{ items: Seat[] }>('/apis/intro-otel.dev/v1alpha1/seats');
  return items.filter(({ status }) => status?.phase === 'Ready').map(({ metadata }) => metadata.name);
}

interface Seat {
  metadata: { name: string };
  status?: { phase?: string };
}

afterAll(() => keepEvidence(NAMESPACE).catch(() => undefined));
