import { ApiError } from '../../kubernetes/api.ts';
import type { Secret } from '../../kubernetes/types.ts';
import { keyIn, keyWithin, KeyUnavailableError } from './key.ts';
import type { SecretApi } from './key.ts';

const NAME = { name: 'lab-guide-key', namespace: 'ns' };
const SOON = { within: 1_000, every: 1 };
const REASONS: Readonly<Record<number, string>> = { 404: 'NotFound', 409: 'Conflict' };

/** Returns a fake API server with one Secret. It answers the first requests with `codes`, and all others with 200. */
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

test('uses the existing key in the Secret and writes nothing', async () => {
  const { api, asked } = server({ key: base64('mine') });
  expect(await keyIn(api, NAME)).toBe('mine');
  expect(asked).toEqual(['GET']);
});

test.each<[Record<string, string> | undefined]>([[undefined], [{ other: 'x' }], [{ key: '' }]])(
  'writes a random key if the data of the Secret is %j',
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

test('writes the key only to the version of the Secret that it has read', async () => {
  const { api, patches } = server();
  await keyIn(api, NAME);
  expect(patches).toMatchObject([{ metadata: { resourceVersion: '1' } }]);
});

test("uses the other writer's key if another process writes first", async () => {
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

test('retries while the API server answers 503 or 429', async () => {
  const { api, asked } = server({ key: base64('mine') }, [503, 429]);
  expect(await keyWithin(api, NAME, SOON)).toBe('mine');
  expect(asked).toHaveLength(3);
});

test('gives up at once if it may not read the Secret (403)', async () => {
  const { api, asked } = server({}, [403]);
  await expect(keyWithin(api, NAME, SOON)).rejects.toMatchObject({ code: 403 });
  expect(asked).toHaveLength(1);
});

test('gives up at once if the Secret does not exist', async () => {
  let asked = 0;
  const get = () => Promise.resolve(void asked++);
  const { mergePatch } = server().api;
  await expect(keyWithin({ get, mergePatch }, NAME, SOON)).rejects.toThrow(KeyUnavailableError);
  expect(asked).toBe(1);
});

test('gives up after the time limit if the API server is unreachable', async () => {
  const get = () => Promise.reject(new Error('ECONNREFUSED'));
  const { mergePatch } = server().api;
  await expect(keyWithin({ get, mergePatch }, NAME, { within: 20, every: 5 })).rejects.toThrow('ECONNREFUSED');
});
