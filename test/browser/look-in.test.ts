// An instructor looks into a lab whose guide a learner has taken over, in a real browser. Its page may show anything,
// but runs no script except the guide's own, which the board answers from its image, and reaches nothing of the board.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { BoardApi } from '../../apps/portal/board/testing/board-api.ts';
import { BoardHarness } from '../../apps/portal/board/testing/board-harness.ts';
import { aClaim, aSeat, aWorkshop } from '../../apps/portal/testing/objects.ts';
import { launchBrowser } from '../support/browser/browser.ts';

jest.setTimeout(60_000);

/** Stands for the guide's own script. It says which requests the policy lets it send. */
const OWN = `import './part.js';
const may = (path) => fetch(path).then(() => 'yes', () => 'no');
document.title = 'own ' + [await may('api/files'), await may('/board/otel'), await may('/s/otel-2/')].join();`;

const HOSTILE = `<!doctype html><title>none</title>
<base href="/board/">
<script>document.title = 'inline'</script>
<script src="/s/otel-1/evil.js"></script>
<script src="/s/otel-1/evil.txt"></script>
<script type="module" src="/s/otel-1/assets/guide.js"></script>
<img src="x" onerror="document.title = 'handler'">
<svg onload="document.title = 'svg'"></svg>
<a href="javascript:document.title='link'">link</a>
<iframe src="/board/otel"></iframe>
<form action="/s/otel-1/phish"><input name="key" value="secret"><button>Log in</button></form>`;

const evil = "document.title = 'evil'; document.documentElement.dataset.evil = 'ran'";

let board: BoardHarness;
let browser: Browser;
let page: Page;
const folder = mkdtempSync(join(tmpdir(), 'intro-otel-look-in-'));

beforeAll(async () => {
  writeFileSync(join(folder, 'guide.js'), OWN);
  writeFileSync(join(folder, 'part.js'), "document.documentElement.dataset.part = 'ran'");
  const seats = [aSeat('1', { claim: aClaim('a'.repeat(64)) }), aSeat('2')];
  const assets = { board: folder, guide: folder };
  board = new BoardHarness(new BoardApi([aWorkshop(2)], seats), { assets });
  [browser] = await Promise.all([launchBrowser(), board.start('otel-1', 'otel-2')]);
  board.guide('otel-1').answer = ({ url = '' }, response) => {
    const type = url.endsWith('.js') ? 'text/javascript' : url.endsWith('.txt') ? 'text/plain' : 'text/html';
    response.writeHead(200, { 'content-type': type }).end(/\.(js|txt)$/.test(url) ? evil : HOSTILE);
  };
  const context = await browser.newContext();
  const [name = '', value = ''] = board.as().cookie.split('=');
  await context.addCookies([{ name, value, url: board.url, httpOnly: true, sameSite: 'Strict' }]);
  page = await context.newPage();
  await page.goto(`${board.url}/s/otel-1/`);
  await page.waitForFunction("document.title.startsWith('own')");
});

afterAll(async () => {
  await browser?.close();
  await board?.stop();
  rmSync(folder, { recursive: true });
});

test('runs the guide’s own script, which reaches only this seat', async () => {
  expect(await page.title()).toBe('own yes,no,no');
  expect(await page.evaluate('document.documentElement.dataset.part')).toBe('ran');
});

test('runs no script of the seat, and follows no link to one', async () => {
  await page.getByRole('link', { name: 'link' }).click();
  expect(await page.evaluate('document.documentElement.dataset.evil')).toBeUndefined();
  expect(await page.title()).toBe('own yes,no,no');
});

test('sends no form and shows no frame', async () => {
  // A click would wait for the navigation that never comes.
  await page.evaluate("document.querySelector('form').requestSubmit()");
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(page.url()).toBe(`${board.url}/s/otel-1/`);
  expect(board.guide('otel-1').received.some(({ url }) => url.startsWith('/phish'))).toBe(false);
  expect(page.frames().map((frame) => frame.url())).not.toContain(`${board.url}/board/otel`);
});

test('shows the board itself in the same browser', async () => {
  const other = await page.context().newPage();
  await other.goto(`${board.url}/board/otel`);
  expect(other.url()).toBe(`${board.url}/board/otel`);
  await other.close();
});
