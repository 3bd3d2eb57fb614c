// Defines the images that we build: the files of each image and the preparation of its build.
import { copyFile, glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../engines.ts';
import { binary, ensureComponents } from '../components/build.ts';
import { nodeBaseImage } from '../components/images.ts';
import type { Image } from '../components/oci.ts';
import type { Packages } from '../components/packages.ts';
import { PYTHON, pythonBaseImage, pythonPackages } from '../components/python.ts';
import { busyboxImage, terminalPackages } from '../components/terminal.ts';
import { servicesOfImage } from '../../lab/services.ts';
import { versions } from '../../lab/versions.ts';
import { repoRoot } from '../../support/paths.ts';
import type { Progress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';

/** The tag of our images in the chart's default values. */
export const IMAGE_TAG = versions.lab;

export interface Recipe {
  /** The image's name in the chart's default values. */
  readonly image: string;
  /** The path of the chart values that name the image. */
  readonly value: string;
  /** The suffix that the image name in `--push` gets for this image, such as `-flask`. */
  readonly suffix: string;
  /** The components of a lab that run the image. */
  readonly components: readonly string[];
  readonly dockerfile: string;
  /** Lists the image's source files, relative to the root of the checkout. */
  files(): Promise<string[]>;
  /** The base image for buildah, which builds without access to a registry. */
  readonly withoutRegistry: {
    /** The Debian packages that the base image needs besides those of the throwaway cluster. */
    readonly packages: Packages;
    base(): Promise<Image>;
    /** The stage of the Dockerfile to build. The default is the last one. */
    readonly target?: string;
  };
  /** Fills the directory that is the build's context. */
  stage(context: string, engine: Engine, progress: Progress): Promise<void>;
  /** The expected build time, in seconds. */
  readonly estimate: number;
}

export const LAB: Recipe = {
  image: `docker.io/library/intro-otel:${IMAGE_TAG}`,
  value: 'image',
  suffix: '',
  components: servicesOfImage('intro-otel'),
  dockerfile: join(repoRoot, 'apps', 'Dockerfile'),
  files: async () => [
    ...(await filesUnder('{apps,cdk8s,course,kubernetes,lab,operator,otlp,support}/**', [
      'apps/flask',
      'apps/terminal',
    ])),
    'package-lock.json',
  ],
  withoutRegistry: { packages: {}, base: nodeBaseImage },
  stage: async (context) => {
    const { buildApps } = await import('./build.ts');
    await buildApps(join(context, 'dist'));
  },
  estimate: 15,
};

const FLASK_DIRECTORY = join(repoRoot, 'apps', 'flask');

/** The image of the Python app, which comes from the slide deck. */
export const FLASK: Recipe = {
  image: `docker.io/library/intro-otel-flask:${IMAGE_TAG}`,
  value: 'flask.image',
  suffix: '-flask',
  components: servicesOfImage('intro-otel-flask'),
  dockerfile: join(FLASK_DIRECTORY, 'Dockerfile'),
  files: () => filesUnder('apps/flask/**'),
  withoutRegistry: { packages: pythonPackages, base: pythonBaseImage, target: 'staged' },
  stage: stageFlask,
  estimate: 15,
};

const TERMINAL_DIRECTORY = join(repoRoot, 'apps', 'terminal');

/** The image of the terminal in seats. No component of a lab runs it: the guide of a seat creates its pod. */
export const TERMINAL: Recipe = {
  image: `docker.io/library/intro-otel-terminal:${IMAGE_TAG}`,
  value: 'terminal.image',
  suffix: '-terminal',
  components: [],
  dockerfile: join(TERMINAL_DIRECTORY, 'Dockerfile'),
  files: async () => [
    ...(await filesUnder('apps/terminal/**')),
    ...(await filesUnder('cluster/components/kubectl/**')),
    'cluster/components/terminal.ts',
  ],
  withoutRegistry: { packages: terminalPackages, base: busyboxImage, target: 'staged' },
  stage: stageTerminal,
  estimate: 90,
};

/** All our images. */
export const RECIPES: readonly Recipe[] = [LAB, FLASK, TERMINAL];

/**
 * Lists those of our images that helm's rendered manifests use. An image of ours is not in the list if a chart value
 * replaces it or switches off its apps.
 */
export function recipesIn(rendered: string): Recipe[] {
  return RECIPES.filter(({ image }) => rendered.includes(`image: "${image}"\n`));
}

/**
 * Fills the directory that is the build's context for the Python app. A build with buildah can't run programs. So for
 * buildah, this function installs the Python packages itself, with the same Python that goes into the image.
 */
async function stageFlask(context: string, engine: Engine, progress: Progress): Promise<void> {
  await copyFlask(FLASK_DIRECTORY, context);
  if (engine.name !== 'buildah') return;
  await run('/bin/sh', ['stage.sh'], { cwd: context, env: { PYTHON }, onLine: (line) => progress.detail(line) });
}

/** Fills the build's context for the terminal. A build with buildah takes kubectl from its Go module. */
async function stageTerminal(context: string, engine: Engine, progress: Progress): Promise<void> {
  await copyTerminal(TERMINAL_DIRECTORY, context);
  if (engine.name !== 'buildah') return;
  await ensureComponents(['kubectl'], progress);
  const folder = join(context, 'files', 'usr', 'local', 'bin');
  await mkdir(folder, { recursive: true });
  await copyFile(binary('kubectl'), join(folder, 'kubectl'));
}

/** Copies the files of the terminal, with the line ends that a shell in the image needs. */
export async function copyTerminal(from: string, to: string): Promise<void> {
  const folder = join(to, 'files', 'etc');
  await mkdir(folder, { recursive: true });
  const text = await readFile(join(from, 'profile'), 'utf8');
  await writeFile(join(folder, 'profile'), text.replaceAll('\r\n', '\n'));
}

/**
 * Copies the files of the Python app with the line ends that a shell in the image needs. A checkout on Windows may have
 * others.
 */
export async function copyFlask(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of ['app.py', 'app_manual.py', 'requirements.txt', 'run.sh', 'stage.sh'])
    await writeFile(join(to, name), (await readFile(join(from, name), 'utf8')).replaceAll('\r\n', '\n'));
}

/** Lists the source files that match a pattern, sorted, without tests, documents and generated files. */
async function filesUnder(pattern: string, except: readonly string[] = []): Promise<string[]> {
  const files: string[] = [];
  const exclude = ({ name }: { name: string }): boolean =>
    /^(dist|node_modules|venv|__pycache__|packages|\..+)$/.test(name);
  for await (const entry of glob(pattern, { cwd: repoRoot, withFileTypes: true, exclude })) {
    if (entry.isFile() && !/\.(test\.ts|md)$/.test(entry.name))
      files.push(join(entry.parentPath, entry.name).slice(repoRoot.length + 1));
  }
  return files.filter((file) => !except.some((directory) => file.startsWith(`${directory}/`))).sort();
}
