import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { NotLeadingError } from '../kubernetes/api.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import type { Secret } from '../kubernetes/types.ts';
import { fakeTimers } from '../support/testing/fake-timers.ts';
import { capturedLog } from './engine/testing/captured-log.ts';
import { FakeApi } from './engine/testing/fake-api.ts';
import { PortalKeys } from './portal-keys.ts';

const key = { name: 'intro-otel-portal', namespace: 'intro-otel' };

const boardKey = { name: 'intro-otel-board', namespace: 'intro-otel' };

async function running({ data }: { readonly data?: Secret['data'] } = {}) {
  const api = new FakeApi();
  api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: key.namespace } });
  api.seed({ apiVersion: 'v1', kind: 'Secret', metadata: key, ...(data && { data }) });
  const timers = fakeTimers();
  const { log, lines } = capturedLog();
  const keys = new PortalKeys({ api, secret: key, log, timers });
  const heard: string[] = [];
  keys.onChange((publicKey) => heard.push(publicKey));
  const stop = new AbortController();
  const run = keys.run(stop.signal);
  const found = (): Record<string, string> => {
    const { data: stored = {} } = api.store<Secret>(KINDS.Secret).get(`${key.namespace}/${key.name}`) as Secret;
    return Object.fromEntries(
      Object.entries(stored).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]),
    );
  };
  await timers.advance(0);
  const end = async (): Promise<void> => {
    stop.abort();
    await run;
  };
  return { api, timers, keys, heard, lines, found, end };
}

const publicOf = (pem = ''): string =>
  createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'pem' }).toString();

test('fills an empty Secret once, and tells its listeners the public key', async () => {
  const { api, timers, keys, heard, found, end } = await running();
  const made = found();
  expect(Object.keys(made).sort()).toEqual(['cookie', 'people', 'signing']);
  expect([made['cookie'], made['people']].map((text = '') => Buffer.from(text, 'base64url').length)).toEqual([32, 32]);
  expect(createPrivateKey(made['signing'] ?? '').asymmetricKeyType).toBe('ed25519');
  expect([keys.publicKey(), heard]).toEqual([publicOf(made['signing']), [publicOf(made['signing'])]]);
  await timers.advance(90_000);
  expect([found(), heard.length, api.writes.length]).toEqual([made, 1, 1]);
  await end();
});

test('makes another signing key if somebody removes it, and leaves the others', async () => {
  const { api, timers, heard, found, end } = await running();
  const before = found();
  api.edit(KINDS.Secret, key, { data: { signing: null } });
  await timers.advance(33_000);
  const { signing = '', ...others } = found();
  expect({ ...others, signing: before['signing'] }).toEqual(before);
  expect(heard).toEqual([publicOf(before['signing']), publicOf(signing)]);
  await end();
});

test.each<[title: string, signing: string]>([
  ['no key at all', 'abc'],
  [
    'an RSA key',
    generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ],
])('keeps the last public key and says what to do if the signing key becomes %s', async (_title, signing) => {
  const { api, timers, keys, heard, lines, found, end } = await running();
  api.edit(KINDS.Secret, key, { data: { signing: Buffer.from(signing).toString('base64') } });
  await timers.advance(33_000);
  expect([heard.length, keys.publicKey(), found()['signing']]).toEqual([1, heard[0], signing]);
  expect(lines.at(-1)).toMatchObject({
    level: 'warn',
    fields: { problem: expect.stringContaining('Remove it') as string },
  });
  await end();
});

test('waits quietly for the leader to fill the Secret', async () => {
  const { api, timers, keys, lines, end } = await running({ data: { people: 'eA==' } });
  const before = lines.length;
  api.fail({ verb: 'mergePatch' }, new NotLeadingError(), 2);
  api.edit(KINDS.Secret, key, { data: { signing: null } });
  await timers.advance(33_000);
  expect(lines.slice(before)).toEqual([]);
  await timers.advance(10_000);
  expect(keys.publicKey()).toContain('PUBLIC KEY');
  await end();
});

test('makes the instructor key, and another one if somebody removes it', async () => {
  const api = new FakeApi();
  api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: key.namespace } });
  for (const metadata of [key, boardKey]) api.seed({ apiVersion: 'v1', kind: 'Secret', metadata });
  const timers = fakeTimers();
  const keys = new PortalKeys({ api, secret: key, board: boardKey, log: capturedLog().log, timers });
  const stop = new AbortController();
  const run = keys.run(stop.signal);
  const found = (): string => {
    const { data } = api.store<Secret>(KINDS.Secret).get(`${boardKey.namespace}/${boardKey.name}`) as Secret;
    expect(Object.keys(data ?? {})).toEqual(['key']);
    return Buffer.from(data?.['key'] ?? '', 'base64').toString();
  };
  await timers.advance(0);
  const first = found();
  expect(first).toMatch(/^[\w-]{43}$/);
  await timers.advance(90_000);
  expect([found(), api.writes.length]).toEqual([first, 2]);
  api.edit(KINDS.Secret, boardKey, { data: { key: null } });
  await timers.advance(33_000);
  expect(found()).not.toBe(first);
  stop.abort();
  await run;
});

test('writes nothing over keys that somebody has written meanwhile', async () => {
  const { api, timers, found, end } = await running();
  const before = found();
  const stale = api.edit<Secret>(KINDS.Secret, key, { data: { people: '' } });
  const restored = Buffer.from(before['people'] ?? '').toString('base64');
  api.edit(KINDS.Secret, key, { data: { people: restored } });
  Object.assign(api, { get: () => Promise.resolve(stale) });
  await timers.advance(40_000);
  expect([api.writes.length > 1, found()]).toEqual([true, before]);
  await end();
});
