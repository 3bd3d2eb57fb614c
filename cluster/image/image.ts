// Builds the images of ours and puts them where a cluster looks; nothing is done that was done before.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildCommand,
  labelCommand,
  loadCommand,
  planEngine,
  pushCommands,
  readEngines,
  saveCommand,
} from '../engines.ts';
import type { Build, Destination, Engine, EngineFacts } from '../engines.ts';
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
import { loadImage } from '../devcluster/index.ts';

/** The name of the lab's own image. */
export const IMAGE = LAB.image;
/** The label that tells what an image was made of. */
const INPUTS_LABEL = 'dev.intro-otel.inputs';
/** Until then a node does not name an image it was given. */
const KUBELET_TELLS_WITHIN = 60_000;

export interface BuiltImage {
  recipe: Recipe;
  engine: Engine;
  shared: boolean;
  /** What it was made of; the same for the same sources. */
  inputs: string;
}

/** Has images in the store of an engine that suits `destination`, each built if its sources are new to it. */
export async function ensureImages(
  recipes: readonly Recipe[],
  destination: Destination,
  report: Progress,
): Promise<BuiltImage[]> {
  const built: BuiltImage[] = [];
  for (const recipe of recipes) built.push(await ensureImage(destination, report, recipe));
  return built;
}

/** Has an image in the store of an engine that suits `destination`, built if its sources are new to it. */
export async function ensureImage(
  destination: Destination,
  report: Progress,
  recipe: Recipe = LAB,
): Promise<BuiltImage> {
  const { engine, shared } = planEngine(await enginesHere(report), destination);
  const ready = await readied(engine, recipe, report);
  const inputs = await hashInputs(recipe, ready.basis);
  const title = (done: string): string => `${done} ${recipe.image} with ${engine.name}`;
  if ((await labelOf(ready.engine, recipe.image)) === inputs) report.note(title('Unchanged:'));
  else await report.step(title('Build'), (step) => build(ready, recipe, inputs, step), { estimate: recipe.estimate });
  return { recipe, engine: ready.engine, shared, inputs };
}

/** The engines of this machine; where it has none and is one that a throwaway cluster could run on, buildah is installed. */
async function enginesHere(report: Progress): Promise<EngineFacts> {
  const facts = await readEngines();
  const some = facts.docker || facts.nerdctl || facts.podman || facts.buildah;
  if (some || process.platform !== 'linux' || process.getuid?.() !== 0) return facts;
  await ensurePackages(report);
  return readEngines();
}

/** An engine that has, or can pull, what an image is built on. */
interface Ready {
  engine: Engine;
  build: Pick<Build, 'args' | 'target'>;
  /** What it is built on, where that is made here: its name, and the paths of its files. */
  basis: readonly string[];
}

/** buildah gets a base image that is made here, and a store in the cache that has it; the others pull theirs. */
async function readied(engine: Engine, { withoutRegistry }: Recipe, report: Progress): Promise<Ready> {
  if (engine.name !== 'buildah') return { engine, build: {}, basis: [] };
  await ensurePackages(report, withoutRegistry.packages);
  const base = await withoutRegistry.base();
  const options = await ensureBuildahBase(base);
  const build = { args: { BASE: base.name }, target: withoutRegistry.target };
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

/** Builds from a directory of its own, so that two at a time don't stage over one another. */
async function build({ engine, build: how }: Ready, recipe: Recipe, inputs: string, progress: Progress): Promise<void> {
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
    // Attestations would make it an index of several manifests, which `kind load` and `ctr import` stumble over.
    await command(words, { env: { BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }, onLine: (line) => progress.detail(line) });
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
  const directories = (await readdir(cacheDir('images')))
    .filter((name) => name.startsWith('work-'))
    .map((name) => cacheDir('images', name));
  for (const directory of directories) {
    const { mtimeMs } = await stat(directory).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > 3_600_000) await rm(directory, { recursive: true, force: true });
  }
}

/** A hash of everything an image is made of: our sources, the versions of all packages, and what it is built on. */
async function hashInputs(recipe: Recipe, basis: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(basis));
  for (const file of await recipe.files()) hash.update(`\n${file}\n`).update(await readFile(join(repoRoot, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Gives images to the nodes of a cluster, unless it is known that they have these very ones. */
export async function ensureLoaded(
  images: readonly BuiltImage[],
  destination: Destination,
  kube: ClusterTools,
  report: Progress,
): Promise<void> {
  const given = images.filter(({ shared }) => !shared);
  if (given.length === 0) return;
  const there = await readClusterCapacity(kube);
  for (const image of given) await giveImage(image, destination, there, report);
}

async function giveImage(
  image: BuiltImage,
  destination: Destination,
  { id, images }: ClusterCapacity,
  report: Progress,
): Promise<void> {
  const { image: name } = image.recipe;
  const record = loadRecord(destination, name);
  const now: LoadRecord = { cluster: id, inputs: image.inputs, at: Date.now() };
  const before = readJson<LoadRecord>(record);
  const given = before?.cluster === now.cluster && before?.inputs === now.inputs;
  if (given && (images.has(name) || now.at - before.at < KUBELET_TELLS_WITHIN)) return;
  await report.step(`Give ${name} to the nodes`, () => load(image, destination), { estimate: 10 });
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
function loadRecord(destination: Destination, image: string): string {
  const name = parseReference(image, IMAGE_TAG).repository.replace(/^.*\//, '');
  if (destination.kind === 'throwaway') return stateDir(destination.name, `${name}.image.json`);
  return imageRecordFile('context' in destination ? destination.context : destination.kind, name);
}

async function load({ engine, recipe }: BuiltImage, destination: Destination): Promise<void> {
  await inWorkDirectory(async (directory) => {
    const archive = join(directory, 'image.tar');
    await command(saveCommand(engine, recipe.image, archive));
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
      expected: `a registry at ${target.registry} that takes it`,
      found: error.result.stderr.trim().split('\n').at(-1) ?? '',
      todo: [
        `log in: ${engine.name} login ${target.registry}`,
        'see to the name, and that the registry can be reached from here',
      ],
    },
    { cause: error },
  );
}
