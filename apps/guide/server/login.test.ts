// Tests the login in an Express app behind real connections. A connection from 127.0.0.1 counts as port-forward only if
// `trusted` is true, so the tests can act as clients from elsewhere.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { addLogin, cookieName } from './login.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';
const LAB = { release: 'lab', namespace: 'class-ada' };
const COOKIE = `${cookieName(LAB)}=${TOKEN}`;

let server: Server;
let url: string;
let trusted = false;
let token: string | undefined;
let isSeat = false;

beforeAll(async () => {
  const app = express();
  addLogin(app, {
    ...LAB,
    get token() {
      return token;
    },
    get isSeat() {
      return isSeat;
    },
    trustsLoopback: () => Promise.resolve(trusted),
  });
  app.use((request, response) => void response.json(request.headers));
  server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  trusted = false;
  isSeat = false;
  token = TOKEN;
});
afterAll(() => server.close());

const send = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(url + path, { method, headers, redirect: 'manual' });

describe('the URL of a step', () => {
  test('is kept by the form that asks for the key, and by the redirect after it', async () => {
    const asked = await send('/?step=06-manual', { accept: 'text/html' });
    expect(await asked.text()).toContain('<input type="hidden" name="step" value="06-manual">');
    const { status, headers } = await send(`/login?key=${TOKEN}&step=06-manual`);
    expect([status, headers.get('location')]).toEqual([303, './?step=06-manual']);
  });

  test.each(['06-"><script>', '//evil.example', '06-manual%0d%0aset-cookie:%20a=b'])(
    'is no other text: %s',
    async (step) => {
      expect(await (await send(`/?step=${step}`, { accept: 'text/html' })).text()).not.toContain('name="step"');
      expect((await send(`/login?key=${TOKEN}&step=${step}`)).headers.get('location')).toBe('./');
    },
  );
});

describe('a request without the key', () => {
  test.each([
    ['GET', '/'],
    ['GET', '/lab'],
    ['PUT', '/api/files'],
    ['POST', '/api/rounds'],
    ['GET', '/api/run'],
    ['GET', '/apps/dice/'],
    ['GET', '/jaeger/api/traces'],
    ['GET', '/login'],
    ['GET', '/login/'],
    ['OPTIONS', '/api/files'],
    ['HEAD', '/'],
  ])('gets 401: %s %s', async (method, path) => {
    expect((await send(path, {}, method)).status).toBe(401);
  });

  test.each<[string, Record<string, string>]>([
    ['X-Forwarded-For', { 'x-forwarded-for': '127.0.0.1' }],
    ['Forwarded', { forwarded: 'for=127.0.0.1' }],
    ['X-Real-IP', { 'x-real-ip': '::1' }],
    ['Host', { host: 'localhost' }],
    ['a wrong bearer token', { authorization: `Bearer ${TOKEN}0` }],
    ['an empty bearer token', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['a wrong cookie', { cookie: `${cookieName(LAB)}=x` }],
    ["another lab's cookie", { cookie: `${cookieName({ ...LAB, namespace: 'class-bob' })}=${TOKEN}` }],
    ['an upgrade to a WebSocket', { upgrade: 'websocket', connection: 'Upgrade' }],
  ])('gets 401, whatever it says in %s', async (_what, headers) => {
    expect((await send('/', headers).catch(() => ({ status: 401 }))).status).toBe(401);
  });

  test.each(['?key=', '?key=wrong', `?key[]=${TOKEN}`, `?key=${TOKEN}&key=x`, `?token=${TOKEN}`])(
    'gets 401 and no cookie from /login%s',
    async (query) => {
      const answer = await send(`/login${query}`);
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null]);
    },
  );

  test('gets a text that says what is expected and how to get it, and names no namespace', async () => {
    const answer = await send('/');
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toContain('expected the key of this lab, found none');
    expect(text).toContain('get secret lab-guide-key');
    expect(text).not.toContain('class-ada');
    expect(await (await send('/api/files')).json()).toEqual({ error: text.trimEnd() });
  });

  test('gets the advice to ask the instructor in a seat, where attendees read no Secrets', async () => {
    isSeat = true;
    const text = await (await send('/')).text();
    expect(text).toContain(`Your instructor gives you a link such as ${url}/login?key=KEY`);
    expect(text).not.toContain('get secret');
  });

  test('gets a form for the key if a browser asks for a page', async () => {
    const answer = await send('/lab', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([401, expect.stringMatching(/^text\/html/)]);
    expect(await answer.text()).toMatch(/found none[^]*<form action="\.\/login">[^]*name="key" type="password"/);
  });

  test('gets 401 even with an empty key if the guide has no token', async () => {
    token = undefined;
    expect((await send('/login?key=')).status).toBe(401);
    expect((await send('/', { authorization: 'Bearer undefined' })).status).toBe(401);
    expect(await (await send('/')).text()).toContain('-c key');
  });
});

describe('the link with the key', () => {
  test('sets a cookie that scripts cannot read, and redirects to a URL without the key', async () => {
    const answer = await send(`/login?key=${TOKEN}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, './']);
    expect(answer.headers.get('set-cookie')).toBe(`${COOKIE}; Path=/; HttpOnly; SameSite=Lax`);
    expect([answer.headers.get('cache-control'), answer.headers.get('referrer-policy')]).toEqual([
      'no-store',
      'no-referrer',
    ]);
    expect((await send('/', { cookie: `a=b; ${COOKIE}` })).status).toBe(200);
  });

  test('sets a cookie for https only if the browser uses https', async () => {
    const answer = await send(`/login?key=${TOKEN}`, { 'x-forwarded-proto': 'https' });
    expect(answer.headers.get('set-cookie')).toContain('Secure');
  });
});

test('accepts the key as a bearer token', async () => {
  expect((await send('/', { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
});

test('accepts port-forward without the key, but not a request through a sidecar', async () => {
  trusted = true;
  expect((await send('/')).status).toBe(200);
  trusted = false;
  expect((await send('/')).status).toBe(401);
});

test('passes neither the cookie nor the bearer token on to the apps', async () => {
  const headers = { cookie: `other=1; ${COOKIE}`, authorization: `Bearer ${TOKEN}` };
  const seen = (await (await send('/apps/dice/', headers)).json()) as object;
  expect(seen).not.toHaveProperty('cookie');
  expect(seen).not.toHaveProperty('authorization');
  expect(JSON.stringify(seen)).not.toContain(TOKEN);
});
