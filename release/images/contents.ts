// What a part of an image consists of: its files, and the packages that they come from.
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import type { Entry } from '../../cluster/components/oci.ts';
import type { Package } from './sbom.ts';

export interface Contents {
  readonly entries: readonly Entry[];
  readonly packages: readonly Package[];
}

/** Joins parts of an image. Several parts may have a directory. @throws Error if two parts have the same file */
export function joined(parts: readonly Contents[]): Contents {
  const entries = new Map<string, Entry>();
  for (const entry of parts.flatMap((part) => part.entries)) {
    const path = posix.resolve('/', entry.path);
    const known = entries.get(path);
    if (known === undefined) entries.set(path, { ...entry, path });
    else if (known.from !== undefined || entry.from !== undefined) throw new Error(`expected one ${path}, found two`);
  }
  const sorted = [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { entries: sorted.filter(({ path }) => path !== '/'), packages: parts.flatMap((part) => part.packages) };
}

/** Lists the files, directories and symbolic links of a tar file. @throws Error if it has anything else */
export async function readTar(bytes: Uint8Array): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of Readable.from([bytes]).pipe(extract()))
    entries.push(entryOf(entry.header, await buffer(entry)));
  return entries;
}

function entryOf({ name, mode = 0, mtime, type, linkname }: Header, content: Uint8Array): Entry {
  const entry = { path: posix.resolve('/', name), mode, time: (mtime?.getTime() ?? 0) / 1000 };
  if (type === 'directory') return entry;
  if (type === 'file') return { ...entry, from: { content } };
  if (type === 'symlink') return { ...entry, from: { link: linkname ?? '' } };
  throw new Error(`expected files, directories and symbolic links, found ${name}, a ${type}`);
}

/**
 * Lists a directory of this machine as the directory `target` of an image. Permissions and times are the same whatever
 * the umask and the clock of the machine.
 */
export function directoryEntries(directory: string, target: string): Entry[] {
  const inside = readdirSync(directory).flatMap((name) => pathEntries(join(directory, name), posix.join(target, name)));
  return [{ path: target }, ...inside];
}

function pathEntries(source: string, path: string): Entry[] {
  const stat = lstatSync(source);
  if (stat.isDirectory()) return directoryEntries(source, path);
  if (stat.isSymbolicLink()) return [{ path, from: { link: readlinkSync(source) } }];
  return [{ path, mode: (stat.mode & 0o100) === 0 ? 0o644 : 0o755, from: { content: readFileSync(source) } }];
}

/** Lists the directories above a file of an image. */
export function parentsOf(path: string): Entry[] {
  const parent = posix.dirname(path);
  return parent === '/' ? [] : [...parentsOf(parent), { path: parent }];
}

/** Writes the files, directories and links of an image to a directory. A directory stands before its content. */
export async function writeEntries(entries: readonly Entry[], root: string): Promise<void> {
  for (const { path, mode = 0o755, from } of entries) {
    const target = join(root, path);
    await mkdir(from === undefined ? target : dirname(target), { recursive: true });
    if (from === undefined) continue;
    if ('content' in from) await writeFile(target, from.content, { mode });
    else if ('link' in from) await symlink(from.link, target);
  }
}
