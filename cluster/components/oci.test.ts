import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../support/run.ts';
import { tar, writeArchive } from './oci.ts';
import type { Entry, Image } from './oci.ts';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'oci-'))));
afterEach(() => rmSync(directory, { recursive: true }));

function image(overrides: Partial<Image> = {}): Image {
  const source = join(directory, 'program');
  writeFileSync(source, 'p'.repeat(1500));
  return {
    name: 'docker.io/library/example:1',
    entries: [
      { path: '/tmp', mode: 0o1777 },
      { path: '/bin/program', from: { source } },
      { path: '/etc/name', mode: 0o644, from: { content: 'ä\n' } },
    ],
    config: { Entrypoint: ['/bin/program'], User: '10001' },
    ...overrides,
  };
}

async function bytesOf(entries: readonly Entry[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function unpacked(archive: string): Promise<(path: string) => Buffer> {
  await run('tar', ['-xf', archive, '-C', directory]);
  return (path) => readFileSync(join(directory, path));
}

const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
interface Described {
  digest: string;
  size: number;
}

test('writes a tar file that tar(1) reads, with modes, owners and contents', async () => {
  writeFileSync(join(directory, 'layer.tar'), await bytesOf(image().entries));
  const listed = await run('tar', ['--numeric-owner', '-tvf', join(directory, 'layer.tar')]);
  expect(listed.stdout.split('\n').map((line) => line.replace(/ +/g, ' ').replace(/\d{4}-\S+ \S+ /, ''))).toEqual([
    'drwxrwxrwt 0/0 0 tmp/',
    '-rwxr-xr-x 0/0 1500 bin/program',
    '-rw-r--r-- 0/0 3 etc/name',
    '',
  ]);
  const content = await run('tar', ['-xOf', join(directory, 'layer.tar'), 'etc/name']);
  expect(content.stdout).toBe('ä\n');
});

test('gives a file in the archive the time of its entry, or 0 if the entry has none', async () => {
  const entries: Entry[] = [
    { path: 'a', time: 1_700_000_000, from: { content: 'a' } },
    { path: 'b', from: { content: 'b' } },
  ];
  writeFileSync(join(directory, 'times.tar'), await bytesOf(entries));
  await run('tar', ['-xf', join(directory, 'times.tar'), '-C', directory]);
  expect(['a', 'b'].map((name) => statSync(join(directory, name)).mtimeMs)).toEqual([1_700_000_000_000, 0]);
});

test("links an archive's index, manifest, config and layer by digests that match", async () => {
  await writeArchive(image(), join(directory, 'image.tar'));
  const read = await unpacked(join(directory, 'image.tar'));
  const json = (path: string): Record<string, never> => JSON.parse(read(path).toString()) as Record<string, never>;
  const [manifest] = (json('index.json') as unknown as { manifests: (Described & { annotations: object })[] })
    .manifests;
  expect(manifest?.annotations).toMatchObject({ 'io.containerd.image.name': 'docker.io/library/example:1' });
  const { config, layers } = json(blobPath(manifest?.digest ?? '')) as unknown as {
    config: Described;
    layers: [Described];
  };
  for (const blob of [config, layers[0]]) {
    const bytes = read(blobPath(blob.digest));
    expect(blob).toMatchObject({
      size: bytes.length,
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    });
  }
  expect(json(blobPath(config.digest))).toMatchObject({
    config: { User: '10001' },
    rootfs: { diff_ids: [layers[0].digest] },
  });
});

test('writes the same bytes to the archive for the same image', async () => {
  await writeArchive(image(), join(directory, 'one.tar'));
  await writeArchive(image(), join(directory, 'two.tar'));
  expect(readFileSync(join(directory, 'one.tar')).equals(readFileSync(join(directory, 'two.tar')))).toBe(true);
});

test('keeps a path of more than 100 bytes, the limit of the tar name field', async () => {
  const name = `${'d'.repeat(60)}/${'f'.repeat(120)}`;
  const [bytes, again] = await Promise.all([
    bytesOf([{ path: name, from: { content: 'x' } }]),
    bytesOf([{ path: name, from: { content: 'x' } }]),
  ]);
  expect(bytes.equals(again)).toBe(true);
  writeFileSync(join(directory, 'long.tar'), bytes);
  expect((await run('tar', ['-tf', join(directory, 'long.tar')])).stdout).toBe(`${name}\n`);
});

test('fails if a source file of the image is missing', async () => {
  const missing = image({ entries: [{ path: 'a', from: { source: join(directory, 'missing') } }] });
  await expect(writeArchive(missing, join(directory, 'image.tar'))).rejects.toThrow('ENOENT');
});
