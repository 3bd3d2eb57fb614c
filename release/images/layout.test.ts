import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { digestOf } from '../../cluster/components/oci.ts';
import type { Entry } from '../../cluster/components/oci.ts';
import { writeLayout } from './layout.ts';
import type { PlatformContent } from './layout.ts';

const base: Entry[] = [
  { path: '/bin' },
  { path: '/bin/tool', from: { content: 'tool\n'.repeat(10_000) } },
  { path: '/bin/sh', from: { link: 'tool' } },
];
const options = { created: 1_700_000_000, annotations: { 'org.opencontainers.image.title': 'example' } };

function images(app = 'app'): PlatformContent[] {
  const layers = [base, [{ path: '/app', mode: 0o644, from: { content: app } }]];
  const config = { User: '10001', Labels: { a: 'b' } };
  return [
    { platform: 'linux/amd64', layers, config },
    { platform: 'linux/arm64', layers: [...layers, []], config },
  ];
}

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'layout-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const read = (...path: string[]): Buffer => readFileSync(join(directory, ...path));
const blob = (digest: string): Buffer => read('a', 'blobs', digest.replace(':', '/'));
const json = <T>(bytes: Buffer): T => JSON.parse(bytes.toString()) as T;
interface Described {
  readonly digest: string;
  readonly size: number;
}

test('names one image index, which names an image for each platform', async () => {
  const { digest, manifests } = await writeLayout(join(directory, 'a'), images(), options);
  expect(json(read('a', 'oci-layout'))).toEqual({ imageLayoutVersion: '1.0.0' });
  expect(json(read('a', 'index.json'))).toMatchObject({ manifests: [{ digest }] });
  expect(json(blob(digest))).toMatchObject({
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      { digest: manifests[0], platform: { os: 'linux', architecture: 'amd64' } },
      { digest: manifests[1], platform: { os: 'linux', architecture: 'arm64' } },
    ],
    annotations: options.annotations,
  });
});

test('links each image to its configuration and its compressed layers by digests that match', async () => {
  const { manifests } = await writeLayout(join(directory, 'a'), images(), options);
  const { config, layers } = json<{ config: Described; layers: Described[] }>(blob(manifests[0] ?? ''));
  for (const { digest, size } of [config, ...layers]) {
    expect(digestOf(blob(digest))).toBe(digest);
    expect(blob(digest)).toHaveLength(size);
  }
  expect(json(blob(config.digest))).toEqual({
    created: '2023-11-14T22:13:20.000Z',
    architecture: 'amd64',
    os: 'linux',
    config: { User: '10001', Labels: { a: 'b' } },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digestOf(gunzipSync(blob(digest)))) },
  });
});

test('gives the same digest for the same content, and another one for another content', async () => {
  const digests = [];
  for (const [name, app] of Object.entries({ a: 'app', b: 'app', c: 'other' }))
    digests.push((await writeLayout(join(directory, name), images(app), options)).digest);
  expect(digests[1]).toBe(digests[0]);
  expect(digests[2]).not.toBe(digests[0]);
});

test('has the digest that other machines get', async () => {
  const { digest } = await writeLayout(join(directory, 'a'), images(), options);
  expect(digest).toBe('sha256:13296c51e8a603d8e8cd82654e35aa9d18dcf014407abb2437e683d13df11140');
});
