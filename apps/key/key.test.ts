import { ApiError } from '../../kubernetes/api.ts';
import type { Secret } from '../../kubernetes/types.ts';
import { secretsIn, secretsWithin, KeyUnavailableError } from './key.ts';
import type { SecretApi } from './key.ts';

const NAME = { name: 'lab-guide-key', namespace: 'ns' };
const SOON = { within: 1_000, every: 1 };
const REASONS: Readonly<Record<number, string>> = { 404: 'NotFound', 409: 'Conflict' };

/**
 * Returns a fake API server with one Secret, which holds the guide's key. The server answers the first requests with
 * the status codes in `codes`, and all later requests with 200.
 */
function server(data?: Record<string, string>, codes: number[] = []) {
  const asked: string[] = [];
  const patches: object[] = [];
  const live = { apiVersion: 'v1', kind: 'Secret', metadata: { ...NAME, resourceVersion: '1' }, data };
  const answer = (method: string): void => {
    asked.push(method);
    const code = codes.shift() ?? 200;
    if (code !== 200) throw new ApiError(`${method} the Secret`, code, { reason: REASONS[code] ?? '', message: 'no' });
  };
  const api = {
    get: () => Promise.resolve().then(() => (answer('GET'), live)),
    mergePatch: (_kind: object, _key: object, patch: object) =>
      Promise.resolve().then(() => {
        patches.push(patch);
        answer('PATCH');
        live.data = { ...live.data, ...(patch as Secret).data };
        return live;
      }),
  } as unknown as SecretApi;
  return { api, asked, patches, live };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const MINE = { key: base64('mine'), token: base64('a token') };

test('returns the key and the token that the Secret already has, and writes nothing', async () => {
  const { api, asked } = server(MINE);
  expect(await secretsIn(api, NAME)).toEqual({ key: 'mine', token: 'a token' });
  expect(asked).toEqual(['GET']);
});

test.each<[Record<string, string> | undefined]>([[undefined], [{ other: 'x' }], [{ key: '' }]])(
  "writes a random key and a random token to the Secret if the Secret's data is %j",
  async (data) => {
    const { api, asked, live } = server(data);
    const { key, token } = await secretsIn(api, NAME);
    expect([key, token]).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    ]);
    expect(live.data).toMatchObject({ key: base64(key), token: base64(token) });
    expect(asked).toEqual(['GET', 'PATCH']);
  },
);

test('keeps the key of an older lab, and adds a token to its Secret', async () => {
  const { api, live } = server({ key: base64('old') });
  const { key, token } = await secretsIn(api, NAME);
  expect([key, live.data]).toEqual(['old', { key: base64('old'), token: base64(token) }]);
  expect(token).toMatch(/^[0-9a-f]{32}$/);
});

test('creates a different key and a different token for each lab', async () => {
  const [one, other] = await Promise.all([secretsIn(server().api, NAME), secretsIn(server().api, NAME)]);
  expect(new Set([one.key, other.key, one.token, other.token]).size).toBe(4);
});

test('writes the key only if the Secret has not changed since it was read', async () => {
  const { api, patches } = server();
  await secretsIn(api, NAME);
  expect(patches).toMatchObject([{ metadata: { resourceVersion: '1' } }]);
});

test('returns the key of another process if that process writes to the Secret first', async () => {
  const { api, asked, live } = server(undefined, [200, 409]);
  const late = {
    get: api.get,
    mergePatch: (...args: Parameters<SecretApi['mergePatch']>) =>
      api.mergePatch(...args).finally(() => {
        live.data = { ...MINE, key: base64('theirs') };
      }),
  } as SecretApi;
  expect(await secretsWithin(late, NAME, SOON)).toEqual({ key: 'theirs', token: 'a token' });
  expect(asked).toEqual(['GET', 'PATCH', 'GET']);
});

test('retries to get the key while the API server answers 503 or 429', async () => {
  const { api, asked } = server(MINE, [503, 429]);
  expect(await secretsWithin(api, NAME, SOON)).toMatchObject({ key: 'mine' });
  expect(asked).toHaveLength(3);
});

test('fails without a retry if the API server answers 403 for the Secret with the key', async () => {
  const { api, asked } = server({}, [403]);
  await expect(secretsWithin(api, NAME, SOON)).rejects.toMatchObject({ code: 403 });
  expect(asked).toHaveLength(1);
});

test('fails without a retry if the Secret for the key does not exist', async () => {
  let asked = 0;
  const get = () => Promise.resolve(void asked++);
  const { mergePatch } = server().api;
  await expect(secretsWithin({ get, mergePatch }, NAME, SOON)).rejects.toThrow(KeyUnavailableError);
  expect(asked).toBe(1);
});

test('fails after the time limit for getting the key if the API server is unreachable', async () => {
  const get = () => Promise.reject(new Error('ECONNREFUSED'));
  const { mergePatch } = server().api;
  await expect(secretsWithin({ get, mergePatch }, NAME, { within: 20, every: 5 })).rejects.toThrow('ECONNREFUSED');
});
