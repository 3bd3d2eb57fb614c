// Packs the chart as an OCI artifact, in a directory with the OCI image layout. `helm package` and `helm push` would
// write the time of day into it. Here the same files always give the same bytes.
// https://helm.sh/docs/topics/registries/#oci-feature-deprecation-and-behavior-changes-with-v370
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'fflate';
import { extract } from 'tar-stream';
import { parse } from 'yaml';
import type { Files } from '../cdk8s/helm/chart.ts';
import { MEDIA, tar } from '../cluster/components/oci.ts';
import { finishLayout, startLayout, writeBlob } from './images/layout.ts';
import type { Descriptor } from './images/layout.ts';

const CONFIG_TYPE = 'application/vnd.cncf.helm.config.v1+json';
const CONTENT_TYPE = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const MANIFEST_TYPE = `${MEDIA}.manifest.v1+json`;

/** The fields of Chart.yaml that this file reads. */
interface ChartYaml {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

/** A chart as an OCI layout, and as the archive that `helm install FILE` takes. */
export interface ChartArtifact {
  readonly layout: string;
  /** The digest of the manifest. */
  readonly digest: string;
  /** The path of the archive. */
  readonly archive: string;
}

/** Writes the chart's OCI layout and archive into `directory`, which it creates or replaces. */
export async function writeChartArtifact(files: Files, directory: string): Promise<ChartArtifact> {
  const chart = parse(files.get('Chart.yaml') ?? '') as ChartYaml;
  const content = await packChart(files, chart.name);
  const layout = join(directory, 'layout');
  await rm(directory, { recursive: true, force: true });
  await startLayout(layout);
  const config = await writeBlob(layout, CONFIG_TYPE, chart);
  const layer = await writeBlob(layout, CONTENT_TYPE, content);
  const manifest = await writeBlob(layout, MANIFEST_TYPE, manifestOf(chart, config, layer));
  await finishLayout(layout, manifest);
  const archive = join(directory, `${chart.name}-${chart.version}.tgz`);
  await writeFile(archive, content);
  return { layout, digest: manifest.digest, archive };
}

/**
 * Packs the files as Helm expects them: in a directory that is called like the chart, and Chart.yaml first. fflate
 * compresses in JavaScript. zlib's output depends on the processor.
 */
async function packChart(files: Files, name: string): Promise<Uint8Array> {
  const paths = [...files.keys()].sort(
    (a, b) => Number(b === 'Chart.yaml') - Number(a === 'Chart.yaml') || compare(a, b),
  );
  const entries = paths.map((path) => ({
    path: `${name}/${path}`,
    mode: 0o644,
    from: { content: files.get(path) ?? '' },
  }));
  return gzipSync(await buffer(tar(entries)), { level: 9, mtime: 0 });
}

/** Compares by UTF-16 code units, so that the order doesn't depend on the locale. */
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const manifestOf = ({ name, version, description }: ChartYaml, config: Descriptor, layer: Descriptor): object => ({
  schemaVersion: 2,
  mediaType: MANIFEST_TYPE,
  config,
  layers: [layer],
  annotations: {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.description': description,
  },
});

/** Returns the digests that a chart's default values name, such as those of images. */
export async function digestsInChart(archive: Uint8Array): Promise<string[]> {
  const unpack = extract();
  unpack.end(gunzipSync(archive));
  const digests: string[] = [];
  for await (const entry of unpack) {
    const content = await text(entry);
    if (entry.header.name.endsWith('/values.yaml')) digests.push(...(content.match(/sha256:[0-9a-f]{64}/g) ?? []));
  }
  return digests;
}
