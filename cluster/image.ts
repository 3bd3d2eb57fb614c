// Builds the lab's own image and puts it where a cluster looks; nothing is done that was done before.
import { createHash } from 'node:crypto';
import { glob, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCommand, labelCommand, loadCommand, planEngine, pushCommands, readEngines, saveCommand } from './engines.ts';
import type { Destination, Engine, EngineFacts, Plan } from './engines.ts';
import { isLoopbackRegistry, referenceText } from './image-reference.ts';
import type { ImageReference } from './image-reference.ts';
import type { Kube } from './kube.ts';
import { imageRecordFile, readJson, writeWhole } from './labs.ts';
import { ensureBuildahBase } from './parts/images.ts';
import { ensurePackages } from './parts/packages.ts';
import { UserError } from './support/errors.ts';
import { cacheDir, repoRoot, stateDir } from './support/paths.ts';
import { CommandError, run } from './support/run.ts';
import type { Progress } from './support/progress.ts';
import { surveyCluster } from './survey.ts';
import { loadImage } from './throwaway/index.ts';

/** The tag that the chart's defaults give, which is the version of everything here. */
export const IMAGE_TAG = '0.1.0';
export const IMAGE = `docker.io/library/intro-otel:${IMAGE_TAG}`;
/** The label that tells what an image was made of. */
const INPUTS_LABEL = 'dev.intro-otel.inputs';
/** Until then a node does not name an image it was given. */
const KUBELET_TELLS_WITHIN = 60_000;

export interface BuiltImage {
  engine: Engine;
  shared: boolean;
  /** What it was made of; the same for the same sources. */
  inputs: string;
}

/** Has the image in the store of an engine that suits `destination`, built if its sources are new to it. */
export async function ensureImage(destination: Destination, report: Progress): Promise<BuiltImage> {
  const [facts, inputs] = await Promise.all([enginesHere(report), hashInputs()]);
  const { engine, shared } = await readied(planEngine(facts, destination));
  const title = (done: string): string => `${done} ${IMAGE} with ${engine.name}`;
  if ((await labelOf(engine)) === inputs) report.note(title('Unchanged:'));
  else await report.step(title('Build'), () => build(engine, inputs), { estimate: 15 });
  return { engine, shared, inputs };
}

/** The engines of this machine; where it has none and is one that a throwaway cluster could run on, buildah is installed. */
async function enginesHere(report: Progress): Promise<EngineFacts> {
  const facts = await readEngines();
  const some = facts.docker || facts.nerdctl || facts.podman || facts.buildah;
  if (some || process.platform !== 'linux' || process.getuid?.() !== 0) return facts;
  await ensurePackages(report);
  return readEngines();
}

/** buildah gets a base image that is made here, and a store in the cache that has it; the others pull theirs. */
async function readied(plan: Plan): Promise<Plan> {
  if (plan.engine.name !== 'buildah') return plan;
  return { ...plan, engine: { name: 'buildah', command: ['buildah', ...(await ensureBuildahBase())] } };
}

async function labelOf(engine: Engine): Promise<string> {
  const { stdout } = await command(labelCommand(engine, IMAGE, INPUTS_LABEL), { allowFailure: true });
  return stdout.trim();
}

/** Builds from a directory of its own, so that two at a time don't stage over one another. */
async function build(engine: Engine, inputs: string): Promise<void> {
  await inWorkDirectory(async (context) => {
    const { buildApps } = await import('../apps/build.ts');
    await buildApps(join(context, 'dist'));
    const dockerfile = join(repoRoot, 'apps', 'Dockerfile');
    const words = buildCommand(engine, { dockerfile, context, tag: IMAGE, labels: { [INPUTS_LABEL]: inputs } });
    // Attestations would make it an index of several manifests, which `kind load` and `ctr import` stumble over.
    await command(words, { env: { BUILDX_NO_DEFAULT_ATTESTATIONS: '1' } });
    // The store that is ours alone would keep every image there ever was under the name.
    if (engine.name === 'buildah') await command([...engine.command, 'rmi', '--prune'], { allowFailure: true });
  });
}

async function inWorkDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  await mkdir(cacheDir('images'), { recursive: true });
  await removeAbandoned();
  const directory = await mkdtemp(cacheDir('images', 'work-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Removes what runs that were killed left; none takes an hour. */
async function removeAbandoned(): Promise<void> {
  const directories = (await readdir(cacheDir('images'))).filter((name) => name.startsWith('work-')).map((name) => cacheDir('images', name));
  for (const directory of directories) {
    const { mtimeMs } = await stat(directory).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > 3_600_000) await rm(directory, { recursive: true, force: true });
  }
}

/** A hash of everything the image is made of: the sources of the apps and the operator, and the versions of all packages. */
async function hashInputs(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await inputFiles()) hash.update(`\n${file}\n`).update(await readFile(join(repoRoot, file)));
  return hash.digest('hex').slice(0, 16);
}

async function inputFiles(): Promise<string[]> {
  const files: string[] = [];
  const exclude = (path: string): boolean => /(^|[/\\])(dist|node_modules|\.[^/\\]+)$/.test(path);
  for await (const entry of glob('{apps,cdk8s,operator}/**', { cwd: repoRoot, withFileTypes: true, exclude: ({ name }) => exclude(name) })) {
    if (entry.isFile() && !/\.(test\.ts|md)$/.test(entry.name)) files.push(join(entry.parentPath, entry.name).slice(repoRoot.length + 1));
  }
  return [...files.sort(), 'package-lock.json'];
}

/** Gives the image to the nodes of a cluster, unless it is known that they have this very one. */
export async function ensureLoaded(image: BuiltImage, destination: Destination, kube: Kube, report: Progress): Promise<void> {
  if (image.shared) return;
  const { id, images } = await surveyCluster(kube);
  const record = loadRecord(destination);
  const now: LoadRecord = { cluster: id, inputs: image.inputs, at: Date.now() };
  const before = readJson<LoadRecord>(record);
  const given = before?.cluster === now.cluster && before?.inputs === now.inputs;
  if (given && (images.has(IMAGE) || now.at - before.at < KUBELET_TELLS_WITHIN)) return;
  await report.step('Give the image to the nodes', () => load(image.engine, destination), { estimate: 10 });
  writeWhole(record, now);
}

/** What a cluster was given last. */
interface LoadRecord {
  /** The cluster's own id: another one of the same name has not been given anything. */
  cluster: string | undefined;
  inputs: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** The record of a throwaway cluster goes with it; that of another one is kept beside the records of its labs. */
function loadRecord(destination: Destination): string {
  if (destination.kind === 'throwaway') return stateDir(destination.name, 'image.json');
  return imageRecordFile('context' in destination ? destination.context : destination.kind);
}

async function load(engine: Engine, destination: Destination): Promise<void> {
  await inWorkDirectory(async (directory) => {
    const archive = join(directory, 'image.tar');
    await command(saveCommand(engine, IMAGE, archive));
    await loadArchive(destination, archive);
  });
}

async function loadArchive(destination: Destination, archive: string): Promise<void> {
  if (destination.kind === 'throwaway') return loadImage(destination.name, archive);
  const words = 'context' in destination ? loadCommand(destination.kind, destination.context, archive) : undefined;
  if (words === undefined) throw new Error(`nothing gives an archive to ${destination.kind}`);
  await command(words);
}

/** Runs a command given as a list of words. */
export function command(words: readonly string[], options: Parameters<typeof run>[2] = {}): ReturnType<typeof run> {
  const [program = '', ...args] = words;
  return run(program, args, options);
}

/** Pushes the image under another name. TLS is left out only for a registry on this machine. @throws UserError */
export async function pushImage({ engine }: BuiltImage, target: ImageReference, report: Progress): Promise<void> {
  const name = referenceText(target);
  const words = pushCommands(engine, IMAGE, name, isLoopbackRegistry(target));
  await report.step(`Push ${name}`, async () => {
    for (const each of words) await command(each).catch((error: unknown) => {
      throw pushError(error, engine, target);
    });
  });
}

function pushError(error: unknown, engine: Engine, target: ImageReference): unknown {
  if (!(error instanceof CommandError)) return error;
  return new UserError(
    `${referenceText(target)} could not be pushed.`,
    {
      expected: `a registry at ${target.registry} that takes it`,
      found: error.result.stderr.trim().split('\n').at(-1) ?? '',
      todo: [`log in: ${engine.name} login ${target.registry}`, 'see to the name, and that the registry can be reached from here'],
    },
    { cause: error },
  );
}
