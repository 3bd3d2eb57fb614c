import { keyIn, keyWithin, KeyUnavailableError } from './key.ts';
import type { Ask } from './key.ts';

/** An API server with one Secret, that refuses a patch of another version than it has. */
function server(data?: Record<string, string>, answers: number[] = []) {
  const secret = { metadata: { resourceVersion: '1' }, ...(data && { data }) };
  const asked: string[] = [];
  const ask: Ask = (method, body) => {
    asked.push(method);
    const status = answers.shift() ?? 200;
    if (status === 200 && method === 'PATCH') Object.assign(secret, { data: (body as typeof secret).data });
    return Promise.resolve({ status, body: status === 200 ? JSON.stringify(secret) : 'no' });
  };
  return { ask, asked, secret };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('a key that is there is used, and nothing is written', async () => {
  const { ask, asked } = server({ key: base64('mine') });
  expect(await keyIn(ask)).toBe('mine');
  expect(asked).toEqual(['GET']);
});

test.each<[Record<string, string> | undefined]>([[undefined], [{ other: 'x' }], [{ key: '' }]])(
  'where the Secret has %j, a random key is put into it',
  async (data) => {
    const { ask, asked, secret } = server(data);
    const key = await keyIn(ask);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect((secret as { data?: object }).data).toEqual({ key: base64(key) });
    expect(asked).toEqual(['GET', 'PATCH']);
  },
);

test('no two labs have the same key', async () => {
  expect(await keyIn(server().ask)).not.toBe(await keyIn(server().ask));
});

test('only that version is written that was read', async () => {
  const bodies: unknown[] = [];
  const { ask } = server();
  await keyIn((method, body) => {
    bodies.push(body);
    return ask(method, body);
  });
  expect(bodies[1]).toMatchObject({ metadata: { resourceVersion: '1' } });
});

test("of two that make one at once, the second takes the first one's", async () => {
  const { ask, asked, secret } = server(undefined, [200, 409]);
  const late: Ask = async (method, body) => {
    const answer = await ask(method, body);
    if (answer.status === 409) Object.assign(secret, { data: { key: base64('theirs') } });
    return answer;
  };
  expect(await keyWithin(late, 1_000, 1)).toBe('theirs');
  expect(asked).toEqual(['GET', 'PATCH', 'GET']);
});

test('an API server that is not there yet is asked again', async () => {
  const { ask, asked } = server({ key: base64('mine') }, [503, 429]);
  expect(await keyWithin(ask, 1_000, 1)).toBe('mine');
  expect(asked).toHaveLength(3);
});

test.each([403, 404])('an answer of %i settles it', async (status) => {
  const { ask, asked } = server({}, [status]);
  await expect(keyWithin(ask, 1_000, 1)).rejects.toThrow(KeyUnavailableError);
  expect(asked).toHaveLength(1);
});

test('after a while it is given up', async () => {
  await expect(keyWithin(() => Promise.reject(new Error('ECONNREFUSED')), 20, 5)).rejects.toThrow('ECONNREFUSED');
});
