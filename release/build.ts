// Builds everything that a release consists of, as files. Nothing here needs a registry or a key.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chartFiles } from '../cdk8s/helm/chart.ts';
import type { Release } from '../cdk8s/helm/chart.ts';
import { repoRoot } from '../support/paths.ts';
import type { Progress } from '../support/progress.ts';
import { CHART, IMAGES } from './artifact.ts';
import type { Artifact } from './artifact.ts';
import { writeChartArtifact } from './chart-artifact.ts';
import type { ImageName, ReleaseImage } from './images/image.ts';
import { provenanceOf } from './provenance.ts';
import type { Source } from './source.ts';
import type { Target } from './target.ts';

export interface BuildOptions {
  readonly target: Target;
  readonly source: Source;
  /** An empty directory for the files. */
  readonly directory: string;
  readonly report: Progress;
  /** Builds the images into a directory. */
  readonly buildImages: (directory: string, report: Progress) => Promise<readonly ReleaseImage[]>;
}

/** Builds the images, the chart that names them by their digests, and the content of the attestations. */
export async function buildRelease(options: BuildOptions): Promise<Artifact[]> {
  const { target, directory, report } = options;
  const images = await report.step('Build the images', (step) => options.buildImages(join(directory, 'images'), step));
  const files = chartFiles(publishedChart(target, images));
  const chart = await report.step('Pack the chart', () => writeChartArtifact(files, join(directory, 'chart')));
  const parts = [...images.map(imageArtifact), { name: CHART, ...chart, attestations: [] }];
  return Promise.all(parts.map((part) => withProvenance(part, options)));
}

function imageArtifact({ name, layout, digest, platforms }: ReleaseImage): Artifact {
  const attestations = platforms.map(
    ({ digest: image, sbom }) => ({ type: 'cyclonedx', digest: image, predicate: sbom }) as const,
  );
  return { name: IMAGES[name], layout, digest, attestations };
}

async function withProvenance(artifact: Artifact, { source, target, directory }: BuildOptions): Promise<Artifact> {
  const { name, digest, attestations } = artifact;
  const predicate = join(directory, `provenance-${name}.json`);
  await writeFile(predicate, `${JSON.stringify(provenanceOf(source, target, name, repoRoot), null, 2)}\n`);
  return { ...artifact, attestations: [...attestations, { type: 'slsaprovenance1', digest, predicate }] };
}

/** Returns the address of the chart, and the values that name the images by tag and digest. */
export function publishedChart(target: Target, images: readonly Pick<ReleaseImage, 'name' | 'digest'>[]): Release {
  const { registry, path, version } = target;
  const named = ({ name, digest }: Pick<ReleaseImage, 'name' | 'digest'>) =>
    [name, { registry, repository: `${path}/${IMAGES[name]}`, tag: `${version}@${digest}` }] as const;
  const values = Object.fromEntries(images.map(named)) as Partial<Record<ImageName, ReturnType<typeof named>[1]>>;
  return {
    chart: `oci://${registry}/${path}/${CHART}`,
    images: {
      image: { ...values['intro-otel'] },
      flask: { image: { ...values['intro-otel-flask'] } },
      terminal: { image: { ...values['intro-otel-terminal'] } },
    },
  };
}
