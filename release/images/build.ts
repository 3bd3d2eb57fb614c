// Builds the images of the release for all platforms, and their SBOMs. The build runs no program of an image, so one
// machine builds all platforms. Each image comes from its Dockerfile, and from packages with pinned digests, never from
// files that the machine happens to have. So the same commit gives the same digests everywhere.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nodeConfig, NODE_FILES } from '../../cluster/components/images.ts';
import type { ImageConfig } from '../../cluster/components/oci.ts';
import { PYTHON_CONFIG } from '../../cluster/components/python.ts';
import { TERMINAL_CONFIG, TERMINAL_FILES } from '../../cluster/components/terminal.ts';
import { readDockerfile } from '../../cluster/image/dockerfile.ts';
import { copyFlask, copyTerminal, FLASK, LAB, TERMINAL } from '../../cluster/image/recipes.ts';
import type { Recipe } from '../../cluster/image/recipes.ts';
import { versions } from '../../lab/versions.ts';
import { repoRoot } from '../../support/paths.ts';
import type { Progress } from '../../support/progress.ts';
import { checkBinaries } from './binaries.ts';
import { headCommit } from '../commit.ts';
import type { Commit } from '../commit.ts';
import { directoryEntries, joined } from './contents.ts';
import type { Contents } from './contents.ts';
import { busyboxPackages, debianContents, nodePackages } from './debian.ts';
import type { Architecture } from './debian.ts';
import { PLATFORMS } from './image.ts';
import type { ImageName, Platform, PlatformImage, ReleaseImage } from './image.ts';
import { copyKubectl } from './kubectl.ts';
import { writeLayout } from './layout.ts';
import type { PlatformContent } from './layout.ts';
import { nodeContents, NODE_VERSION } from './node.ts';
import { copyLicenses, npmPackages } from './npm-packages.ts';
import { compile, pythonContents } from './python.ts';
import { sbomText } from './sbom.ts';
import type { Package, Subject } from './sbom.ts';
import { unpackWheels } from './wheels.ts';
import { inWorkDirectory } from '../work-directory.ts';

/** How an image of the release is made. */
interface ReleaseRecipe {
  readonly name: ImageName;
  /** The Dockerfile, and the stage of it that runs no commands. */
  readonly recipe: Pick<Recipe, 'dockerfile' | 'withoutRegistry'>;
  /** The configuration of the base image. */
  readonly base: ImageConfig;
  /** Returns the base image's parts. */
  readonly baseContents: (architecture: Architecture, report: Progress) => Promise<Contents[]>;
  /** Fills the directory that is the build's context. @returns the packages in it */
  readonly stage: (context: string, architecture: Architecture, report: Progress) => Promise<Package[]>;
}

/** One platform's image, and the packages in it. */
interface PackagedContent extends PlatformContent {
  readonly packages: readonly Package[];
}

const LAB_RECIPE: ReleaseRecipe = {
  name: 'intro-otel',
  recipe: LAB,
  base: nodeConfig(NODE_VERSION),
  baseContents: async (architecture, report) => [
    ...(await debianContents(nodePackages, architecture, report)),
    await nodeContents(architecture, report),
    { entries: NODE_FILES, packages: [] },
  ],
  stage: async (context) => {
    const { buildApps } = await import('../../cluster/image/build.ts');
    const built = await buildApps(join(context, 'dist'));
    copyLicenses(built, join(context, 'dist', 'licenses'));
    return npmPackages(built);
  },
};

const FLASK_RECIPE: ReleaseRecipe = {
  name: 'intro-otel-flask',
  recipe: FLASK,
  base: PYTHON_CONFIG,
  baseContents: pythonContents,
  stage: async (context, architecture, report) => {
    await copyFlask(dirname(FLASK.dockerfile), context);
    const [requirements, target] = [join(context, 'requirements.txt'), join(context, 'packages')];
    const packages = await unpackWheels(requirements, target, architecture, report);
    await compile(context, '/app', report);
    return packages;
  },
};

const TERMINAL_RECIPE: ReleaseRecipe = {
  name: 'intro-otel-terminal',
  recipe: TERMINAL,
  base: TERMINAL_CONFIG,
  baseContents: async (architecture, report) => [
    ...(await debianContents(busyboxPackages, architecture, report)),
    { entries: TERMINAL_FILES, packages: [] },
  ],
  stage: async (context, architecture, report) => {
    await copyTerminal(dirname(TERMINAL.dockerfile), context);
    return copyKubectl(join(context, 'files'), architecture, report);
  },
};

/** Builds all images of the release from the checked-out commit. Writes a layout and SBOMs for each to `directory`. */
export async function buildReleaseImages(directory: string, report: Progress): Promise<ReleaseImage[]> {
  const commit = await headCommit();
  const images: ReleaseImage[] = [];
  for (const recipe of [LAB_RECIPE, FLASK_RECIPE, TERMINAL_RECIPE])
    images.push(await report.step(`Build ${recipe.name}`, (step) => buildImage(recipe, commit, directory, step)));
  return images;
}

/** Builds one image for all platforms. */
async function buildImage(
  recipe: ReleaseRecipe,
  commit: Commit,
  directory: string,
  report: Progress,
): Promise<ReleaseImage> {
  const layout = join(directory, recipe.name);
  const contents: PackagedContent[] = [];
  for (const platform of PLATFORMS) contents.push(await contentOf(recipe, platform, commit, report));
  const annotations = contents[0]?.config.Labels ?? {};
  const { digest, manifests } = await report.step(`Write ${recipe.name}`, () =>
    writeLayout(layout, contents, { created: commit.time, annotations }),
  );
  const platforms: PlatformImage[] = [];
  for (const [at, { platform, packages }] of contents.entries()) {
    const subject = { name: recipe.name, version: versions.lab, platform, digest: manifests[at] ?? '' };
    platforms.push(await writeSbom(directory, { ...subject, created: commit.time }, packages));
  }
  return { name: recipe.name, layout, digest, platforms };
}

async function writeSbom(directory: string, subject: Subject, packages: readonly Package[]): Promise<PlatformImage> {
  const { name, platform, digest } = subject;
  const sbom = join(directory, `${name}-${platform.replace('/', '-')}.cdx.json`);
  await writeFile(sbom, sbomText(subject, packages));
  return { platform, digest, sbom };
}

/** Returns one platform's image: the base image as one layer, and the app as another. */
async function contentOf(
  recipe: ReleaseRecipe,
  platform: Platform,
  commit: Commit,
  report: Progress,
): Promise<PackagedContent> {
  const architecture = platform.slice('linux/'.length) as Architecture;
  const base = joined(await recipe.baseContents(architecture, report));
  const { config, ...app } = await appOf(recipe, architecture, report);
  const count = checkBinaries([...base.entries, ...app.entries], architecture);
  report.note(`${recipe.name} for ${platform}: all ${count} programs and libraries are for ${architecture}`);
  return {
    platform,
    layers: [base.entries, app.entries],
    config: { ...config, Labels: { ...config.Labels, ...(await labelsOf(commit)) } },
    packages: [...base.packages, ...app.packages],
  };
}

/** Fills a build context, and follows the instructions of the Dockerfile. */
async function appOf(
  { recipe, base, stage }: ReleaseRecipe,
  architecture: Architecture,
  report: Progress,
): Promise<Contents & { config: ImageConfig }> {
  return inWorkDirectory(async (context) => {
    const packages = await stage(context, architecture, report);
    const text = await readFile(recipe.dockerfile, 'utf8');
    const { config, copies } = readDockerfile(text, base, recipe.withoutRegistry.target);
    const parts = copies.map(({ from, to }) => ({ entries: directoryEntries(join(context, from), to), packages: [] }));
    return { ...joined(parts), packages, config };
  });
}

/** Returns the labels that name the source: https://github.com/opencontainers/image-spec/blob/main/annotations.md */
async function labelsOf({ hash, time }: Commit): Promise<Record<string, string>> {
  const chart = await readFile(join(repoRoot, 'charts', 'lab', 'Chart.yaml'), 'utf8');
  return {
    'org.opencontainers.image.created': new Date(time * 1000).toISOString(),
    'org.opencontainers.image.revision': hash,
    'org.opencontainers.image.source': /^home: (\S+)$/m.exec(chart)?.[1] ?? '',
  };
}
