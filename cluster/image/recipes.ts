// The images that are built here: what each is made of, and how its build is made ready.
import { copyFile, glob, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../engines.ts';
import { nodeBaseImage } from '../components/images.ts';
import type { Image } from '../components/oci.ts';
import type { Packages } from '../components/packages.ts';
import { PYTHON, pythonBaseImage, pythonPackages } from '../components/python.ts';
import { servicesOfImage } from '../../lab/services.ts';
import { repoRoot } from '../../support/paths.ts';
import type { Progress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';

/** The tag that the chart's defaults give, which is the version of everything here. */
export const IMAGE_TAG = '0.1.0';

export interface Recipe {
  /** The name that the chart's defaults give it. */
  image: string;
  /** The values of the chart that name it are below this one. */
  value: string;
  /** What is added to the name that the lab's image is pushed under. */
  suffix: string;
  /** The parts of a lab that run it. */
  components: readonly string[];
  dockerfile: string;
  /** The files it is made of, from the checkout's root. */
  files(): Promise<string[]>;
  /** What the build stands on where it can't be pulled, which is with buildah. */
  withoutRegistry: {
    /** Debian packages that this takes, besides those of the throwaway cluster. */
    packages: Packages;
    base(): Promise<Image>;
    /** The stage of the Dockerfile to stop at, all of it unless given. */
    target?: string;
  };
  /** Fills the directory that is the build's context. */
  stage(context: string, engine: Engine, progress: Progress): Promise<void>;
  /** What building it takes, in seconds. */
  estimate: number;
}

export const LAB: Recipe = {
  image: `docker.io/library/intro-otel:${IMAGE_TAG}`,
  value: 'image',
  suffix: '',
  components: servicesOfImage('intro-otel'),
  dockerfile: join(repoRoot, 'apps', 'Dockerfile'),
  files: async () => [
    ...(await filesUnder('{apps,cdk8s,course,kubernetes,lab,operator,otlp,support}/**', ['apps/flask'])),
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

/** The deck's app in Python. */
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

/** The images of ours that are in what helm rendered: those that no value replaced or left out. */
export function recipesIn(rendered: string): Recipe[] {
  return [LAB, FLASK].filter(({ image }) => rendered.includes(`image: "${image}"\n`));
}

/** With buildah nothing is run in the build: what the Dockerfile would have pip do there is done here, by the Python that the image gets. */
async function stageFlask(context: string, engine: Engine, progress: Progress): Promise<void> {
  await mkdir(context, { recursive: true });
  for (const name of ['app.py', 'app_manual.py', 'requirements.txt', 'run.sh', 'stage.sh'])
    await copyFile(join(FLASK_DIRECTORY, name), join(context, name));
  if (engine.name !== 'buildah') return;
  await run('/bin/sh', ['stage.sh'], { cwd: context, env: { PYTHON }, onLine: (line) => progress.detail(line) });
}

/** Files that are part of an image, sorted: neither tests nor texts for readers, nor what is made of other files. */
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
