import { ApiError } from '../../kubernetes/api.ts';
import type { Secret } from '../../kubernetes/types.ts';
import { keyIn, keyWithin, KeyUnavailableError } from './key.ts';
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
        live.data = (patch as Secret).data;
        return live;
      }),
  } as unknown as SecretApi;
  return { api, asked, patches, live };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('returns the key that the Secret already has, and writes nothing', async () => {
  const { api, asked } = server({ key: base64('mine') });
  expect(await keyIn(api, NAME)).toBe('mine');
  expect(asked).toEqual(['GET']);
});

test.each<[Record<string, string> | undefined]>([[undefined], [{ other: 'x' }], [{ key: '' }]])(
  "writes a random key to the Secret if the Secret's data is %j",
  async (data) => {
    const { api, asked, live } = server(data);
    const key = await keyIn(api, NAME);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(live.data).toEqual({ key: base64(key) });
    expect(asked).toEqual(['GET', 'PATCH']);
  },
);

test('creates a different key for each lab', async () => {
  expect(await keyIn(server().api, NAME)).not.toBe(await keyIn(server().api, NAME));
});

test('writes the key only if the Secret has not changed since it was read', async () => {
  const { api, patches } = server();
  await keyIn(api, NAME);
  expect(patches).toMatchObject([{ metadata: { resourceVersion: '1' } }]);
});

test('returns the key of another process if that process writes to the Secret first', async () => {
  const { api, asked, live } = server(undefined, [200, 409]);
  const late = {
    get: api.get,
    mergePatch: (...args: Parameters<SecretApi['mergePatch']>) =>
      api.mergePatch(...args).finally(() => {
        live.data = { key: base64('theirs') };
      }),
  } as SecretApi;
  expect(await keyWithin(late, NAME, SOON)).toBe('theirs');
  expect(asked).toEqual(['GET', 'PATCH', 'GET']);
});

test('retries to get the key while the API server answers 503 or 429', async () => {
  const { api, asked } = server({ key: base64('mine') }, [503, 429]);
  expect(await keyWithin(api, NAME, SOON)).toBe('mine');
  expect(asked).toHaveLength(3);
});

test('fails without a retry if the API server answers 403 for the Secret with the key', async () => {
  const { api, asked } = server({}, [403]);
  await expect(keyWithin(api, NAME, SOON)).rejects.toMatchObject({ code: 403 });
  expect(asked).toHaveLength(1);
});

test('fails without a retry if the Secret for the key does not exist', async () => {
  let asked = 0;
  const get = () => Promise.resolve(void asked++);
  const { mergePatch } = server().api;
  await expect(keyWithin({ get, mergePatch }, NAME, SOON)).rejects.toThrow(KeyUnavailableError);
  expect(asked).toBe(1);
});

test('fails after the time limit for getting the key if the API server is unreachable', async () => {
  const get = () => Promise.reject(new Error('ECONNREFUSED'));
  const { mergePatch } = server().api;
  await expect(keyWithin({ get, mergePatch }, NAME, { within: 20, every: 5 })).rejects.toThrow('ECONNREFUSED');
});
