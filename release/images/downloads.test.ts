import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError } from '../../support/errors.ts';
import { ensureDownloads, verifiedPath } from './downloads.ts';

let cache: string;
const before = process.env['INTRO_OTEL_CACHE'];
beforeEach(() => (process.env['INTRO_OTEL_CACHE'] = cache = mkdtempSync(join(tmpdir(), 'downloads-'))));
afterEach(() => {
  if (before === undefined) delete process.env['INTRO_OTEL_CACHE'];
  else process.env['INTRO_OTEL_CACHE'] = before;
  rmSync(cache, { recursive: true });
});

const pinned = { file: 'a_1.0.deb', integrity: `sha256-${createHash('sha256').update('good').digest('base64')}` };

/** Returns a download that gives a file this content, and counts how often it is called. */
function source(content: string) {
  const calls: string[][] = [];
  const fetch = (missing: readonly { file: string }[], directory: string): Promise<void> => {
    calls.push(missing.map(({ file }) => file));
    for (const { file } of missing) writeFileSync(join(directory, file), content);
    return Promise.resolve();
  };
  return { calls, fetch };
}

const textOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'accepted', describeError);

test('downloads a file once', async () => {
  const { calls, fetch } = source('good');
  await ensureDownloads([pinned], fetch);
  await ensureDownloads([pinned], fetch);
  expect(calls).toEqual([['a_1.0.deb']]);
  expect(readFileSync(await verifiedPath(pinned), 'utf8')).toBe('good');
});

test('refuses a download that does not have the pinned digest, and keeps nothing of it', async () => {
  const text = await textOf(ensureDownloads([pinned], source('bad').fetch));
  expect(text).toContain('a_1.0.deb does not match its pinned digest.');
  expect(text).toContain(pinned.integrity);
  expect(existsSync(join(cache, 'release', 'downloads', 'a_1.0.deb'))).toBe(false);
});

test('refuses a file that has changed in the cache since its download', async () => {
  await ensureDownloads([pinned], source('good').fetch);
  writeFileSync(await verifiedPath(pinned), 'tampered');
  expect(await textOf(verifiedPath(pinned))).toContain('a_1.0.deb does not match its pinned digest.');
});
