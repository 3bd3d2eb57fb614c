// Sends requests to the built guide as the class's portal does. The guide's pod has a second container, so that the
// guide does not trust requests because they come from loopback.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as send } from 'node:http';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { PORTAL } from '../../../lab/names.ts';
import { NEXT_LINKS } from './learnt.ts';
import { signPortalToken } from '../../../lab/portal-token.ts';
import type { PortalClaims } from '../../../lab/portal-token.ts';
import { waitFor } from '../../../support/waiting.ts';
import { podOf } from '../../testing/api-server.ts';
import { GuideHarness, changeHeaders, guideToken } from '../testing/guide-harness.ts';

jest.setTimeout(30_000);

const PREFIX = '/s/ns';
const HOST = 'class.example.com';
const folder = mkdtempSync(join(tmpdir(), 'intro-otel-portal-'));
const keyFile = join(folder, 'public.pem');
const keys = generateKeyPairSync('ed25519');
const others = generateKeyPairSync('ed25519');

/** Replaces the key as the kubelet does in a mounted ConfigMap: it swaps a symbolic link. */
function putKey({ publicKey }: typeof keys, version: string): void {
  writeFileSync(join(folder, version), publicKey.export({ type: 'spki', format: 'pem' }));
  symlinkSync(version, join(folder, 'next'));
  renameSync(join(folder, 'next'), keyFile);
}

const alone = podOf('guide', 'lab-guide-1');
const pod = { ...alone, spec: { ...alone.spec, containers: [...alone.spec.containers, { name: 'istio-proxy' }] } };
const echo: RequestListener = ({ url, headers }, response) => {
  if (url === '/moved') return response.writeHead(302, { location: '/visit' }).end();
  response.end(JSON.stringify({ headers }));
};

let harness: GuideHarness;
beforeAll(async () => {
  putKey(keys, 'first');
  harness = await GuideHarness.start(echo, { env: { SEAT_UID: 'a-uid', PORTAL_KEY_FILE: keyFile }, pod });
  harness.reset();
});
afterAll(async () => {
  await harness?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const soon = () => Math.floor(Date.now() / 1000) + 30;
const tokenOf = (claims: Partial<PortalClaims> = {}, { privateKey } = keys): string =>
  signPortalToken({ seat: 'ns', uid: 'a-uid', role: 'learner', name: 'Ada <L.>', exp: soon(), ...claims }, privateKey);

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

type Headers = Record<string, string>;

/** Sends a request with exactly these headers. `fetch` would not set Host. */
const ask = (path: string, headers: Headers = {}, method = 'GET', body = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = send(harness.guide.url + path, { method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on('error', reject).end(body);
  });

const forwarded: Headers = { 'x-forwarded-prefix': PREFIX, 'x-forwarded-host': HOST, 'x-forwarded-proto': 'https' };
const through = (token = tokenOf()): Headers => ({ ...forwarded, [PORTAL.header]: token });
const change = (headers: Headers): Promise<Answer> =>
  ask('/api/load', { ...changeHeaders, ...headers }, 'PUT', '{"perMinute":0}');

describe('a request from the portal', () => {
  test('gets in, and the page shows the name of the person', async () => {
    const { status, text } = await ask('/', through());
    expect(status).toBe(200);
    expect(text).toContain('<span class="soft owner">Ada &lt;L.&gt;</span>');
    expect((await ask('/')).status).toBe(401);
  });

  test.each<[string, () => string]>([
    ['for another seat', () => tokenOf({ seat: 'class-bob' })],
    ['for an earlier seat of the same name', () => tokenOf({ uid: 'old-uid' })],
    ['that has expired', () => tokenOf({ exp: soon() - 31 })],
    ['that is valid for too long', () => tokenOf({ exp: soon() + 60 })],
    ['with the signature of another key', () => tokenOf({}, others)],
    ['that is cut', () => tokenOf().slice(0, -1)],
    ['that is twice there', () => `${tokenOf()}, ${tokenOf()}`],
    ['that is empty', () => ''],
  ])('gets 401 with a token %s, and is told why', async (_what, token) => {
    const { status, headers, text } = await ask('/api/files', { [PORTAL.header]: token() });
    expect([status, headers[PORTAL.header]]).toEqual([401, 'refused']);
    expect(text).toContain("expected a request that the class's portal has signed for this seat");
  });

  test('sets no cookie, even at the link that logs in', async () => {
    const { status, headers } = await ask(`/login?key=${guideToken}`, through());
    expect([status, headers.location, headers['set-cookie']]).toEqual([303, './', undefined]);
  });

  test("changes something from a page of the portal's origin, and of no other", async () => {
    const statusOf = async (origin: string) => (await change({ ...through(), origin })).status;
    expect(await statusOf(`https://${HOST}`)).toBe(200);
    expect(await statusOf('https://evil.example')).toBe(403);
    expect(await statusOf(harness.guide.url)).toBe(403);
    expect(await statusOf('null')).toBe(403);
  });

  test('saves a file of 200 kB that a proxy sends in chunks', async () => {
    const files = { 'app.ts': `// ${'a'.repeat(200_000)}`, 'settings.env': '', 'collector.yaml': '{}\n' };
    const { version } = JSON.parse((await ask('/api/files', through())).text) as { version: string };
    const headers = { ...changeHeaders, ...through(), 'transfer-encoding': 'chunked' };
    const { status, text } = await ask('/api/files', headers, 'PUT', JSON.stringify({ version, files }));
    expect([status, text]).toEqual([200, expect.stringContaining('version')]);
  });

  test('gets the first event of a stream at once, and no proxy is to hold it back', async () => {
    const answer = await fetch(`${harness.guide.url}/api/run`, { headers: through() });
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toMatch(/^retry: 1000\n\n/);
    await reader.cancel();
  });

  test('reaches the apps without the token and what else belongs to the portal', async () => {
    const { headers } = JSON.parse((await ask('/apps/dice/visit', through())).text) as { headers: Headers };
    expect(Object.keys(headers)).not.toContain(PORTAL.header);
    expect(headers['x-forwarded-prefix']).toBeUndefined();
    expect(JSON.stringify(headers)).not.toContain(tokenOf().split('.')[0]?.slice(0, 30));
  });

  test("never reaches Jaeger's own pages, and gets the guide's page of a trace", async () => {
    const locationOf = async (path: string) => (await ask(path, through())).headers.location;
    const id = 'a'.repeat(32);
    expect(await locationOf(`/jaeger/trace/${id}`)).toBe(`../../traces/${id}`);
    for (const path of ['/jaeger', '/jaeger/', '/jaeger/search', '/jaeger/api/services', '/Jaeger/trace/%2e%2e'])
      expect((await ask(path, through())).text).toContain('kubectl port-forward -n ns svc/lab-guide 8080:8080');
    expect((await ask('/traces', through())).text).toContain('pages do not work at this address');
  });
});

test('believes a forwarded host only beside a valid token', async () => {
  const key = { authorization: `Bearer ${guideToken}` };
  const origin = `https://${HOST}`;
  expect((await change({ ...forwarded, ...key, origin })).status).toBe(403);
  expect((await change({ ...through(tokenOf({}, others)), ...key, origin })).status).toBe(403);
  expect((await ask('/', { ...through(), host: 'lab-guide.elsewhere.example' })).status).toBe(200);
  expect((await ask('/', { ...forwarded, ...key, host: 'lab-guide.elsewhere.example' })).status).toBe(403);
});

describe('an instructor who looks in', () => {
  const instructor = () => through(tokenOf({ role: 'instructor', name: 'Grace' }));

  test.each([
    '/',
    '/explore',
    '/lab',
    '/learnt',
    '/why',
    '/traces',
    '/api/files',
    '/api/course',
    '/api/load',
    '/assets/guide.js',
  ])('reads %s', async (path) => expect((await ask(path, instructor())).status).toBe(200));

  test('reads on the page that nothing can be changed', async () => {
    expect((await ask('/', instructor())).text).toContain('You look into this lab as the instructor.');
    expect((await ask('/', through())).text).not.toContain('instructor');
  });

  test.each([
    ['PUT', '/api/files'],
    ['PUT', '/api/load'],
    ['PUT', '/api/faults'],
    ['POST', '/api/visit'],
    ['POST', '/api/rounds'],
    ['POST', '/api/course/reset'],
    ['POST', '/api/course/01-set-up/check'],
    ['DELETE', '/api/files'],
    ['OPTIONS', '/api/files'],
    ['GET', '/api/export'],
    ['GET', '/API/export/'],
    ['GET', '/apps/dice/rolldice'],
    ['GET', '/Apps/arcade/play?player=you'],
    ['HEAD', '/apps/dice/'],
    ['POST', '/apps/dice/'],
  ])('is refused: %s %s', async (method, path) => {
    const headers = { ...changeHeaders, ...instructor(), origin: `https://${HOST}` };
    expect((await ask(path, headers, method, method === 'HEAD' ? '' : '{}')).status).toBe(403);
  });
});

describe('an instructor to whom the learner has given the lab', () => {
  const takeover = (claims: Partial<PortalClaims> = {}) =>
    through(tokenOf({ role: 'takeover', name: 'Grace', ...claims }));
  const origin = `https://${HOST}`;

  test('changes what the learner may change, in this seat only', async () => {
    expect((await change({ ...through(), origin })).status).toBe(200);
    expect((await change({ ...takeover(), origin })).status).toBe(200);
    for (const other of [{ seat: 'ns2' }, { uid: 'another' }])
      expect((await change({ ...takeover(other), origin })).status).toBe(401);
    expect((await change({ ...takeover(), origin: 'https://evil.example' })).status).toBe(403);
  });

  test('reads on the page who sees that', async () => {
    expect((await ask('/', takeover())).text).toContain('You work in this lab as the instructor.');
  });

  test.each([
    ['GET', '/api/export'],
    ['GET', '/apps/dice/rolldice'],
    ['POST', '/Apps/arcade/'],
  ])('is refused: %s %s', async (method, path) => {
    expect((await ask(path, { ...changeHeaders, ...takeover(), origin }, method)).status).toBe(403);
  });
});

test('trusts a new key of the portal soon after it has arrived, and no longer the old one', async () => {
  const statusWith = async (pair: typeof keys) => (await ask('/api/load', through(tokenOf({}, pair)))).status;
  putKey(others, 'second');
  await waitFor('the new key to count', async () => ((await statusWith(others)) === 200 ? true : undefined));
  expect(await statusWith(keys)).toBe(401);
  writeFileSync(keyFile, 'no key');
  await waitFor('a broken key to let nobody in', async () => ((await statusWith(others)) === 401 ? true : undefined));
  rmSync(keyFile);
  putKey(keys, 'third');
  await waitFor('the key to count again', async () => ((await statusWith(keys)) === 200 ? true : undefined));
});

describe('below the prefix of the portal', () => {
  const base = `http://${HOST}${PREFIX}`;
  const ABSOLUTE = /["'`(=]\/(api|assets|apps|explore|jaeger|lab|learnt|login|traces|why)\b/;

  /** Returns the paths below the prefix to which a page or a script at `path` leads. */
  function linksOf(path: string, { headers, text }: Answer): string[] {
    const isPage = headers['content-type']?.startsWith('text/html') === true;
    const found = text.matchAll(isPage ? / (?:href|src|action)="([^"#]+)/g : /"(\.{1,2}\/[\w./-]+\.js)"/g);
    const urls = [...found, [headers.location, headers.location]].map(([, link]) => link);
    const links = urls.filter((link) => link !== undefined);
    return links.filter((link) => !isElsewhere(link)).map((link) => pathOf(new URL(link, base + path).href, path));
  }

  function pathOf(url: string, page: string): string {
    if (!url.startsWith(`${base}/`)) throw new Error(`expected links below ${base}, found ${url} in ${page}`);
    return url.slice(base.length);
  }

  /** Whether a link leads to another site on purpose: the last page says where to go on. */
  const isElsewhere = (link: string): boolean => NEXT_LINKS.some(({ url }) => url.split('#')[0] === link);

  const isOfApp = (path: string): boolean => path.startsWith('/apps/');

  test('leads each link of each page, script and redirect to a page below the prefix', async () => {
    const starts = [
      '/',
      '/explore/',
      '/assets/explore-worker.js',
      `/traces/${'a'.repeat(32)}`,
      '/traces/x',
      '/jaeger/',
    ];
    const queue = new Set([...starts, '/apps/dice/moved']);
    const missing: string[] = [];
    for (const path of queue) {
      const answer = await ask(path, through());
      expect([path, ABSOLUTE.exec(answer.text)?.[0]]).toEqual([path, undefined]);
      if (answer.status >= 400 && !isOfApp(path)) missing.push(path);
      for (const link of linksOf(path, answer)) queue.add(link);
    }
    expect(missing).toEqual([`/traces/${'a'.repeat(32)}`, '/traces/x']);
    expect(queue.size).toBeGreaterThan(30);
    for (const path of [
      '/lab',
      '/learnt',
      '/learnt.md',
      '/why',
      '/api/export',
      '/assets/style.css',
      '/apps/dice/visit',
      '/traces',
    ])
      expect([...queue]).toContain(path);
  });

  test("makes the links in a step's text relative", async () => {
    const { text } = await ask('/api/course/10-troubleshooting', through());
    const { html } = JSON.parse(text) as { html: string };
    expect(html).toContain('href="explore#charts"');
    expect(html).not.toContain('href="/');
  });

  test('shows the page that asks for the key with links that work at any depth', async () => {
    const page = { accept: 'text/html' };
    for (const path of ['/', '/explore', '/traces/x', '/apps/dice/a/b/'])
      for (const link of linksOf(path, await ask(path, page))) expect(link).not.toMatch(/^\/(apps|traces\/)/);
  });
});
