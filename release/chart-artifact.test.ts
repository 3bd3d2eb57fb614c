import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'fflate';
import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import { writeChartArtifact } from './chart-artifact.ts';

const files = new Map([
  ['values.yaml', 'a: 1\n'],
  ['Chart.yaml', 'name: intro-otel\nversion: 1.2.3\ndescription: A chart.\n'],
  ['templates/Ä.yaml', 'b: 2\n'],
]);

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'chart-artifact-'))));
afterAll(() => rm(directory, { recursive: true }));

/** Returns the headers of the entries in an archive. */
async function entriesIn(archive: string): Promise<Header[]> {
  const unpack = extract();
  unpack.end(gunzipSync(await readFile(archive)));
  const headers: Header[] = [];
  for await (const entry of unpack) {
    headers.push(entry.header);
    entry.resume();
  }
  return headers;
}

test('writes the same bytes for the same files, in any order and on any day', async () => {
  const one = await writeChartArtifact(files, join(directory, 'one'));
  const two = await writeChartArtifact(new Map([...files].reverse()), join(directory, 'two'));
  expect(two.digest).toBe(one.digest);
  expect(one.digest).toBe('sha256:7e41618d6cd810bf5c3c7922e7a30ae8bc5b253ae79e440bc57f57fd505dbd48');
});

test('packs the files below the name of the chart, Chart.yaml first, without times and owners', async () => {
  const { archive } = await writeChartArtifact(files, join(directory, 'archive'));
  expect(archive).toMatch(/intro-otel-1\.2\.3\.tgz$/);
  const entries = await entriesIn(archive);
  expect(entries.map(({ name }) => name)).toEqual(
    ['Chart.yaml', 'templates/Ä.yaml', 'values.yaml'].map((path) => `intro-otel/${path}`),
  );
  for (const { mtime, uid, gid, mode } of entries)
    expect({ time: mtime?.getTime(), uid, gid, mode }).toEqual({ time: 0, uid: 0, gid: 0, mode: 0o644 });
});

test('writes an OCI layout whose blobs match the digests that name them, with the media types of Helm', async () => {
  const { layout, digest } = await writeChartArtifact(files, join(directory, 'layout'));
  const blobs = join(layout, 'blobs', 'sha256');
  for (const name of await readdir(blobs))
    expect(
      createHash('sha256')
        .update(await readFile(join(blobs, name)))
        .digest('hex'),
    ).toBe(name);
  const read = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Manifest;
  expect((await read(join(layout, 'index.json'))).manifests).toMatchObject([{ digest }]);
  const { config, layers } = await read(join(blobs, digest.replace('sha256:', '')));
  expect([config, ...(layers ?? [])].map((blob) => blob?.mediaType)).toEqual([
    'application/vnd.cncf.helm.config.v1+json',
    'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  ]);
});

interface Manifest {
  manifests?: { digest: string }[];
  config?: { mediaType: string };
  layers?: { mediaType: string }[];
}
