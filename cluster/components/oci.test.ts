import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../support/run.ts';
import { tar, writeArchive } from './oci.ts';
import type { Image } from './oci.ts';

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

async function unpacked(archive: string): Promise<(path: string) => Buffer> {
  await run('tar', ['-xf', archive, '-C', directory]);
  return (path) => readFileSync(join(directory, path));
}

const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
interface Described {
  digest: string;
  size: number;
}

test('tar(1) reads what is written, with modes, owners and contents', async () => {
  const bytes: Uint8Array[] = [];
  for await (const chunk of tar(image().entries)) bytes.push(chunk);
  writeFileSync(join(directory, 'layer.tar'), Buffer.concat(bytes));
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

test('a file has the time that is given, and none otherwise', async () => {
  const bytes: Uint8Array[] = [];
  for await (const chunk of tar([
    { path: 'a', time: 1_700_000_000, from: { content: 'a' } },
    { path: 'b', from: { content: 'b' } },
  ]))
    bytes.push(chunk);
  writeFileSync(join(directory, 'times.tar'), Buffer.concat(bytes));
  await run('tar', ['-xf', join(directory, 'times.tar'), '-C', directory]);
  expect(['a', 'b'].map((name) => statSync(join(directory, name)).mtimeMs)).toEqual([1_700_000_000_000, 0]);
});

test('an archive leads from its index to the layer by digests that are true', async () => {
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

test('the same image gives the same bytes', async () => {
  await writeArchive(image(), join(directory, 'one.tar'));
  await writeArchive(image(), join(directory, 'two.tar'));
  expect(readFileSync(join(directory, 'one.tar')).equals(readFileSync(join(directory, 'two.tar')))).toBe(true);
});

test('a path that the format has no room for is refused', async () => {
  const long = image({ entries: [{ path: 'x'.repeat(101), from: { content: '' } }] });
  await expect(writeArchive(long, join(directory, 'image.tar'))).rejects.toThrow('longer than the 100 bytes');
});
