import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../support/waiting.ts';
import { followBoardKey, followSecrets } from './secret-files.ts';
import type { Secrets } from './secret-files.ts';

const SOON = { within: 3_000, every: 5 };

test('waits for the secrets, says once what is missing, and notices a rotation', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portal-secrets-'));
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  const [stop, read, warnings] = [new AbortController(), [] as Secrets[], [] as string[]];
  const log = { warn: (fields: object) => void warnings.push(JSON.stringify(fields)) };
  const done = followSecrets({ folder, signal: stop.signal, onRead: (secrets) => read.push(secrets), log, every: 10 });
  await eventually(() => expect(warnings).toEqual([expect.stringContaining('signing')]), SOON);
  const { privateKey } = generateKeyPairSync('ed25519');
  await write('signing', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await write('people', randomBytes(32).toString('base64url'));
  await write('cookie', 'short');
  await eventually(() => expect(warnings.at(-1)).toContain('expected 32 bytes in the file cookie, found 3'), SOON);
  expect(read).toEqual([]);
  const cookies = [randomBytes(32), randomBytes(32)];
  for (const [index, cookie] of cookies.entries()) {
    await write('cookie', cookie.toString('base64url'));
    await eventually(() => expect(read[index]?.cookie).toEqual(cookie), SOON);
  }
  expect(read).toHaveLength(2);
  stop.abort();
  await done;
  await rm(folder, { recursive: true });
});

test('takes no short instructor key, and notices another one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'board-key-'));
  const [stop, read, warnings] = [new AbortController(), [] as string[], [] as string[]];
  const log = { warn: (fields: object) => void warnings.push(JSON.stringify(fields)) };
  await writeFile(join(folder, 'key'), 'secret');
  const done = followBoardKey({ folder, signal: stop.signal, onRead: (key) => read.push(key), log, every: 10 });
  await eventually(() => expect(warnings.at(-1)).toContain('expected 24 characters or more in the file key'), SOON);
  for (const key of ['an instructor key of a class', 'another instructor key than before']) {
    await writeFile(join(folder, 'key'), `${key}\n`);
    await eventually(() => expect(read.at(-1)).toBe(key), SOON);
  }
  expect(read).toHaveLength(2);
  expect(warnings.join()).not.toContain('"secret"');
  stop.abort();
  await done;
  await rm(folder, { recursive: true });
});
