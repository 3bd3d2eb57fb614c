import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { tar } from '../../cluster/components/oci.ts';
import { directoryEntries, joined, parentsOf, readTar, writeEntries } from './contents.ts';

const part = (...paths: string[]) => ({
  entries: paths.map((path) => ({ path, ...(path.endsWith('/') ? {} : { from: { content: path } }) })),
  packages: [],
});
const paths = (...parts: Parameters<typeof joined>[0]) => joined(parts).entries.map(({ path }) => path);

describe('joined parts', () => {
  test('have each directory once, before its content', () => {
    expect(paths(part('/usr/', '/usr/bin/', '/usr/bin/b'), part('./usr/', './', '/usr/a'))).toEqual([
      '/usr',
      '/usr/a',
      '/usr/bin',
      '/usr/bin/b',
    ]);
  });

  test('are refused if two of them have the same file', () => {
    expect(() => joined([part('/a/b'), part('./a/b')])).toThrow('expected one /a/b, found two');
  });
});

describe('a directory of this machine', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'contents-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  function write(name: string, umask: number, time: number): string {
    const root = join(directory, name);
    const before = process.umask(umask);
    mkdirSync(join(root, 'bin'), { recursive: true });
    writeFileSync(join(root, 'bin', 'run'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(root, 'text'), 'text');
    symlinkSync('text', join(root, 'link'));
    process.umask(before);
    utimesSync(join(root, 'text'), time, time);
    return root;
  }

  test('is written from entries, and gives the same entries again', async () => {
    const entries = [
      { path: '/app' },
      { path: '/app/link', from: { link: '../missing' } },
      { path: '/app/run', mode: 0o755, from: { content: Buffer.from('x') } },
    ];
    await writeEntries(entries, directory);
    expect(joined([{ entries: directoryEntries(join(directory, 'app'), '/app'), packages: [] }]).entries).toEqual(
      entries,
    );
  });

  test('gives the same entries whatever the umask, the times and the group permissions', () => {
    const [open, closed] = [write('open', 0o000, 1), write('closed', 0o077, 1_000_000_000)];
    chmodSync(join(closed, 'text'), 0o400);
    const entries = directoryEntries(open, '/app');
    expect(entries).toEqual(directoryEntries(closed, '/app'));
    expect(entries).toContainEqual({
      path: '/app/bin/run',
      mode: 0o755,
      from: { content: Buffer.from('#!/bin/sh\n') },
    });
    expect(entries).toContainEqual({ path: '/app/link', from: { link: 'text' } });
  });
});

describe('a tar file', () => {
  test('is read with its modes, times, links and contents', async () => {
    const entries = [
      { path: '/bin', mode: 0o755, time: 0 },
      { path: '/bin/sh', mode: 0o777, time: 5, from: { link: 'dash' } },
      { path: '/bin/dash', mode: 0o4755, time: 7, from: { content: Buffer.from('x') } },
    ];
    expect(await readTar(await buffer(tar(entries)))).toEqual(entries);
  });

  test('is refused if it has a device', async () => {
    const archive = pack();
    archive.entry({ name: 'dev/null', type: 'character-device' });
    archive.finalize();
    await expect(readTar(await buffer(archive))).rejects.toThrow('found dev/null, a character-device');
  });
});

test('lists the directories above a file', () => {
  expect(parentsOf('/a/b/c').map(({ path }) => path)).toEqual(['/a', '/a/b']);
});
