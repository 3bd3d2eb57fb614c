// Builds our images and copies them to the nodes of a cluster or to a registry. It skips work that is already done.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildCommand,
  copyCommands,
  labelCommand,
  planEngine,
  pushCommands,
  readEngines,
  saveCommand,
} from '../engines.ts';
import type { Build, Destination, Engine, EngineFacts, LocalCluster } from '../engines.ts';
import { isLoopbackRegistry, parseReference, referenceText } from './reference.ts';
import type { ImageReference } from './reference.ts';
import type { ClusterTools } from '../kubectl.ts';
import { imageRecordFile, readJson, writeWhole } from '../state.ts';
import { ensureBuildahBase } from '../components/images.ts';
import { ensurePackages } from '../components/packages.ts';
import { IMAGE_TAG, LAB } from './recipes.ts';
import type { Recipe } from './recipes.ts';
import { UserError } from '../../support/errors.ts';
import { cacheDir, repoRoot, stateDir } from '../../support/paths.ts';
import { CommandError, run } from '../../support/run.ts';
import type { Progress } from '../../support/progress.ts';
import { readClusterCapacity } from '../cluster-capacity.ts';
import type { ClusterCapacity } from '../cluster-capacity.ts';

/** The name of the lab's own image. */
export const IMAGE = LAB.image;
/** The label that holds the hash of an image's sources. */
const INPUTS_LABEL = 'dev.intro-otel.inputs';
/** The time limit until a node lists a new image, in milliseconds. */
const NODE_LISTS_IMAGE_WITHIN = 60_000;

export interface BuiltImage {
  readonly recipe: Recipe;
  readonly engine: Engine;
  /** Whether the cluster runs images from the engine's store. */
  readonly shared: boolean;
  /** The hash of the image's sources. */
  readonly inputs: string;
}

/** Builds images with an engine that suits `destination`, one after another. It does not rebuild unchanged images. */
export async function ensureImages(
  recipes: readonly Recipe[],
  destination: Destination,
  report: Progress,
): Promise<BuiltImage[]> {
  const built: BuiltImage[] = [];
  for (const recipe of recipes) built.push(await ensureImage(destination, report, recipe));
  return built;
}

/** Builds an image with an engine that suits `destination`, unless the engine already has it from the same sources. */
export async function ensureImage(
  destination: Destination,
  report: Progress,
  recipe: Recipe = LAB,
): Promise<BuiltImage> {
  const { engine, shared } = planEngine(await enginesHere(report), destination);
  const ready = await prepareEngine(engine, recipe, report);
  const inputs = await hashInputs(recipe, ready.basis);
  const title = (verb: string): string => `${verb} ${recipe.image} with ${engine.name}`;
  if ((await labelOf(ready.engine, recipe.image)) === inputs) report.note(title('Unchanged:'));
  else await report.step(title('Build'), (step) => build(ready, recipe, inputs, step), { estimate: recipe.estimate });
  return { recipe, engine: ready.engine, shared, inputs };
}

/**
 * Finds the engines of this machine. If it has none, and a throwaway cluster could run here, this function installs
 * buildah.
 */
async function enginesHere(report: Progress): Promise<EngineFacts> {
  const facts = await readEngines();
  const some = facts.docker || facts.nerdctl || facts.podman || facts.buildah;
  if (some || process.platform !== 'linux' || process.getuid?.() !== 0) return facts;
  await ensurePackages(report);
  return readEngines();
}

/** An engine that has the base image already, or that can pull the base image. */
interface PreparedEngine {
  readonly engine: Engine;
  readonly build: Pick<Build, 'args' | 'target'>;
  /**
   * The name of the base image that was built on this machine, and the paths of its files. The list is empty if the
   * base image comes from a registry.
   */
  readonly basis: readonly string[];
}

/** Prepares the base image for buildah, in a store in the cache. Other engines pull the base image themselves. */
async function prepareEngine(engine: Engine, { withoutRegistry }: Recipe, report: Progress): Promise<PreparedEngine> {
  if (engine.name !== 'buildah') return { engine, build: {}, basis: [] };
  await ensurePackages(report, withoutRegistry.packages);
  const base = await withoutRegistry.base();
  const { options, name } = await ensureBuildahBase(base);
  const build = { args: { BASE: name }, target: withoutRegistry.target };
  return {
    engine: { name: 'buildah', command: ['buildah', ...options] },
    build,
    basis: [base.name, ...base.entries.map(({ path }) => path)],
  };
}

async function labelOf(engine: Engine, image: string): Promise<string> {
  const { stdout } = await command(labelCommand(engine, image, INPUTS_LABEL), { allowFailure: true });
  return stdout.trim();
}

/** Builds an image in a temporary directory, so that two builds at the same time don't overwrite each other's files. */
async function build(
  { engine, build: how }: PreparedEngine,
  recipe: Recipe,
  inputs: string,
  progress: Progress,
): Promise<void> {
  await inWorkDirectory(async (directory) => {
    const context = join(directory, 'context');
    await recipe.stage(context, engine, progress);
    const words = buildCommand(engine, {
      dockerfile: recipe.dockerfile,
      context,
      tag: recipe.image,
      labels: { [INPUTS_LABEL]: inputs },
      ...how,
    });
    // With attestations, the image would be an index of several manifests, which `kind load` and `ctr import` can't
    // read.
    await command(words, { env: { BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }, onLine: (line) => progress.detail(line) });
    // buildah's store keeps all older images of this name until they are pruned.
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

/** Removes the build directories of killed runs. A directory older than an hour belongs to a killed run. */
async function removeAbandoned(): Promise<void> {
  const directories = (await readdir(cacheDir('images')))
    .filter((name) => name.startsWith('work-'))
    .map((name) => cacheDir('images', name));
  for (const directory of directories) {
    const { mtimeMs } = await stat(directory).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > 3_600_000) await rm(directory, { recursive: true, force: true });
  }
}

/** Returns a hash of everything in an image: our sources, the versions of all packages, and the base image. */
async function hashInputs(recipe: Recipe, basis: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(basis));
  for (const file of await recipe.files()) hash.update(`\n${file}\n`).update(await readFile(join(repoRoot, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Copies images to the nodes of a cluster, unless the nodes already have them. */
export async function ensureLoaded(
  images: readonly BuiltImage[],
  destination: Destination,
  kube: ClusterTools,
  report: Progress,
): Promise<void> {
  const missing = images.filter(({ shared }) => !shared);
  if (missing.length === 0) return;
  if (destination === 'registry') throw new Error('expected a cluster to load the images into, found a registry');
  const capacity = await readClusterCapacity(kube);
  for (const image of missing) await loadOnce(image, destination, capacity, report);
}

async function loadOnce(
  image: BuiltImage,
  cluster: LocalCluster,
  { id, images }: ClusterCapacity,
  report: Progress,
): Promise<void> {
  const { image: name } = image.recipe;
  const record = loadRecordFile(cluster, name);
  const now: LoadRecord = { cluster: id, inputs: image.inputs, at: Date.now() };
  const before = readJson<LoadRecord>(record);
  const loaded = before?.cluster === now.cluster && before?.inputs === now.inputs;
  if (loaded && (images.has(name) || now.at - before.at < NODE_LISTS_IMAGE_WITHIN)) return;
  await report.step(`Copy ${name} to the nodes`, () => load(image, cluster), { estimate: 10 });
  writeWhole(record, now);
}

/** The record of the last copy of an image to a cluster. */
interface LoadRecord {
  /** The cluster's id. A new cluster of the same name has another id and no images. */
  readonly cluster: string | undefined;
  readonly inputs: string;
  /** The time of the copy, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * Returns the path of the file that records the last copy of an image to a cluster. A throwaway cluster's record is
 * removed with the cluster. Other records are next to the records of labs.
 */
function loadRecordFile({ product, name }: LocalCluster, image: string): string {
  const repository = parseReference(image, IMAGE_TAG).repository.replace(/^.*\//, '');
  if (product.kind === 'devcluster') return stateDir(name, `${repository}.image.json`);
  return imageRecordFile(name, repository);
}

async function load({ engine, recipe }: BuiltImage, cluster: LocalCluster): Promise<void> {
  await inWorkDirectory(async (directory) => {
    const archive = join(directory, 'image.tar');
    await command(saveCommand(engine, recipe.image, archive));
    const { dockerContexts } = cluster.product.importCommand ? await readEngines() : { dockerContexts: [] };
    for (const { words, input } of copyCommands(cluster, archive, dockerContexts))
      await command(words, { ...(input && { input: createReadStream(input) }) }).catch((error: unknown) => {
        throw copyError(error, recipe.image, cluster);
      });
  });
}

function copyError(error: unknown, image: string, { product, name }: LocalCluster): unknown {
  if (!(error instanceof CommandError)) return error;
  return new UserError(
    `${image} could not be copied to the nodes of ${name}.`,
    {
      expected: `a ${product.title} that takes the image`,
      found: `${error.message}\n${error.result.stderr.trim().split('\n').at(-1) ?? ''}`,
      todo: [product.loadHint ?? product.startHint(name), 'or push the image to a registry: npm run image -- --help'],
    },
    { cause: error },
  );
}

/** Runs a command that is given as a list of words. */
export function command(words: readonly string[], options: Parameters<typeof run>[2] = {}): ReturnType<typeof run> {
  const [program = '', ...args] = words;
  return run(program, args, options);
}

/**
 * Pushes the image under another name. Plain HTTP is allowed only for a registry on this machine. @throws UserError if
 * the push fails
 */
export async function pushImage(
  { engine, recipe }: BuiltImage,
  target: ImageReference,
  report: Progress,
): Promise<void> {
  const name = referenceText(target);
  const words = pushCommands(engine, recipe.image, name, isLoopbackRegistry(target));
  await report.step(`Push ${name}`, async () => {
    for (const each of words)
      await command(each).catch((error: unknown) => {
        throw pushError(error, engine, target);
      });
  });
}

function pushError(error: unknown, engine: Engine, target: ImageReference): unknown {
  if (!(error instanceof CommandError)) return error;
  return new UserError(
    `${referenceText(target)} could not be pushed.`,
    {
      expected: `a registry at ${target.registry} that accepts it`,
      found: error.result.stderr.trim().split('\n').at(-1) ?? '',
      todo: [
        `log in: ${engine.name} login ${target.registry}`,
        'check the name, and that this machine can reach the registry',
      ],
    },
    { cause: error },
  );
}
