// A learner's dice answers with a hostile page, in a real browser and behind the real guide. The page may do nothing to
// the guide, and leaves nothing for the next lab at the same address.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { jest } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { GuideHarness } from '../../apps/guide/testing/guide-harness.ts';
import { launchBrowser } from '../support/browser/browser.ts';

jest.setTimeout(60_000);

const WORKER = "self.addEventListener('fetch', (event) => event.respondWith(new Response('hijacked')))";

/** The paths that the apps were asked for. */
const asked: string[] = [];

const hostile: RequestListener = (request, response) => {
  asked.push(request.url ?? '');
  response.setHeader('set-cookie', 'planted=1; Path=/');
  response.setHeader('service-worker-allowed', '/');
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('content-security-policy', 'sandbox allow-scripts allow-same-origin');
  if (request.url?.includes('sw.js')) return response.setHeader('content-type', 'text/javascript').end(WORKER);
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><title>waiting</title><script>document.title = "ran"</script><p>dice</p>');
};

let harness: GuideHarness;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  [harness, browser] = await Promise.all([GuideHarness.start(hostile), launchBrowser()]);
  harness.reset();
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(`${harness.guide.url}/apps/dice/page`);
});

afterAll(async () => {
  await browser?.close();
  await harness?.stop();
});

/** Runs code in the hostile page. @returns the result as text, or the name of the error */
const attack = (code: string): Promise<string> =>
  page.evaluate(
    `(async () => { ${code} })().then((value) => 'did it: ' + value, (error) => error.name ?? String(error))`,
  );

test('the scripts of a page of dice run, but not as the guide', async () => {
  expect(await page.title()).toBe('ran');
  expect(await page.evaluate(() => globalThis.origin)).toBe('null');
});

const FRAME = `
  const frame = document.createElement('iframe');
  frame.src = '/';
  document.body.append(frame);
  await new Promise((done) => { frame.onload = done });
  return frame.contentWindow.document.title;`;

const WRITE = "{ method: 'PUT', headers: { 'x-intro-otel': '1', 'content-type': 'application/json' }, body: '{}' }";

test.each([
  ['reads the files', "return (await fetch('/api/files')).text()"],
  [
    'reads the files without CORS',
    "return (await (await fetch('/api/files', { mode: 'no-cors' })).text()).length || 0 / 0",
  ],
  ['reads the state of the course', "return (await fetch('/api/course')).text()"],
  ['reads a page', "return (await fetch('/')).text()"],
  ['reads its own answer', "return (await fetch('/apps/dice/')).text()"],
  ['writes files', `return (await fetch('/api/files', ${WRITE})).status`],
  ['resets the course', "return (await fetch('/api/course/reset', { method: 'POST' })).status"],
  ['plays a round', "return (await fetch('/api/rounds', { method: 'POST' })).status"],
  ['reads cookies', 'return document.cookie'],
  ['sets a cookie', "document.cookie = 'script=1; path=/'"],
  ['uses localStorage', "localStorage.setItem('a', 'b')"],
  ['uses sessionStorage', "sessionStorage.setItem('a', 'b')"],
  [
    'uses a database',
    'await new Promise((done, fail) => { indexedDB.open("a").onsuccess = done; setTimeout(fail, 2000) })',
  ],
  ['uses the cache', "await caches.open('a')"],
  ['registers a Service Worker', "await navigator.serviceWorker.register('/apps/dice/sw.js')"],
  ['registers a Service Worker for /', "await navigator.serviceWorker.register('/apps/dice/sw.js', { scope: '/' })"],
  ['starts a shared worker', "new SharedWorker('/apps/dice/sw.js')"],
  ['embeds the guide', FRAME],
  ['sets the origin back', "document.domain = '127.0.0.1'"],
])('nothing happens if a page of dice %s', async (_, code) => {
  expect(await attack(code)).toMatch(/^(TypeError|SecurityError|NotAllowedError|InvalidStateError|did it: NaN)$/);
});

test('the guide refuses what a page of dice sends without reading the answer', async () => {
  const before = JSON.stringify([...harness.api.configMaps]);
  const sent: string[] = [];
  page.on('request', (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
  page.on('response', (response) => {
    if (response.request().method() === 'POST') expect(response.status()).toBe(403);
  });
  await attack("await fetch('/api/rounds', { method: 'POST', mode: 'no-cors' })");
  await attack("await fetch('/api/course/reset', { method: 'POST', mode: 'no-cors', body: '{}' })");
  await attack("navigator.sendBeacon('/api/faults', '{}')");
  await attack(`
    document.body.innerHTML += \`<iframe name="sink"></iframe><form id="f" method="post" enctype="text/plain"
      target="sink" action="/api/course/reset"><input name="a" value="b"></form>\`;
    document.getElementById('f').submit();
    await new Promise((done) => setTimeout(done, 300));`);
  expect(sent.filter((line) => line.startsWith('POST')).sort()).toEqual([
    'POST /api/course/reset',
    'POST /api/course/reset',
    'POST /api/faults',
    'POST /api/rounds',
  ]);
  expect(asked.filter((path) => path.startsWith('/play'))).toEqual([]);
  expect(JSON.stringify([...harness.api.configMaps])).toBe(before);
});

test('the guide in a window that a page of dice has opened is out of its reach', async () => {
  const opened = context.waitForEvent('page');
  await attack("window.other = window.open('/lab')");
  await (await opened).waitForLoadState();
  expect(await attack('return window.other.document.title')).toBe('SecurityError');
  await (await opened).close();
});

test('the page leaves nothing at the address, and the next lab there is served by the network', async () => {
  const { url } = harness.guide;
  await page.goto(`${url}/lab`);
  const left = await page.evaluate(async () => ({
    cookie: document.cookie,
    storage: [localStorage.length, sessionStorage.length],
    databases: (await indexedDB.databases()).length,
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  expect(left).toEqual({ cookie: '', storage: [0, 0], databases: 0, caches: [], workers: 0 });
  expect(await context.cookies()).toEqual([]);
  await harness.guide.stop();
  const next = createServer((_request, response) => response.end('the next lab')).listen(
    Number(new URL(url).port),
    '127.0.0.1',
  );
  await once(next, 'listening');
  try {
    for (const path of ['/', '/apps/dice/page']) {
      await page.goto(url + path);
      expect(await page.textContent('body')).toBe('the next lab');
      expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
    }
  } finally {
    next.close();
    next.closeAllConnections();
  }
});
