// Tests the portal's pages in a real browser: joining by keyboard, without JavaScript, and while things change.
import { jest } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Workshop } from '../../apps/portal/kinds.ts';
import { aClaim, aSeat, aWorkshop, CODE } from '../../apps/portal/testing/objects.ts';
import { newSecrets, PortalHarness } from '../../apps/portal/testing/portal-harness.ts';
import { SeatApi } from '../../apps/portal/testing/seat-api.ts';
import { violations } from '../support/browser/axe.ts';
import { launchBrowser, misdeeds } from '../support/browser/browser.ts';
import { pageFiles } from '../support/browser/page-files.ts';

jest.setTimeout(60_000);

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
});

/** Runs `work` with a new portal and a new page, at 390 px. @returns what the page did wrong, one line each */
async function withPortal(
  api: SeatApi,
  work: (page: Page, portal: PortalHarness) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<string[]> {
  const portal = await new PortalHarness(api, { assets: pageFiles() }).start('otel-1');
  portal.guide('otel-1').answer = (_request, response) =>
    void response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>x</title><h1>The guide</h1>');
  const viewport = { width: 390, height: 800 };
  const context = await browser.newContext({ viewport, colorScheme: 'dark', baseURL: portal.url, ...options });
  const page = await context.newPage();
  const found = misdeeds(page, portal.url);
  try {
    await work(page, portal);
    return found.filter((line) => !line.includes('favicon'));
  } finally {
    await context.close();
    await portal.stop();
  }
}

const oneSeat = (phase: 'Ready' | 'Provisioning' = 'Ready'): SeatApi =>
  new SeatApi([aWorkshop(1)], [aSeat('1', { phase })]);
const heading = (page: Page): Promise<string | null> => page.locator('h1').textContent();

async function joinAsAda(page: Page): Promise<void> {
  await page.goto(`/join/${CODE}`);
  await page.getByLabel('Your name').fill('Ada');
  await page.getByRole('button', { name: 'Take a seat' }).click();
}

test('leads by keyboard from the class code to the page of the lab', async () => {
  const found = await withPortal(oneSeat(), async (page) => {
    await page.goto('/');
    await page.locator('#code:focus').waitFor();
    await page.keyboard.type(`${CODE.toUpperCase()}\n`);
    await page.locator('#name:focus').waitFor();
    await page.keyboard.type('Ada <b>\n');
    await page.getByText('Hello, Ada <b>.').waitFor();
    await page.getByRole('link', { name: 'Open your lab' }).press('Enter');
    await page.getByRole('heading', { name: 'The guide' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/s/otel-1/');
  });
  expect(found).toEqual([]);
});

test('seats a person without JavaScript', async () => {
  await withPortal(
    oneSeat(),
    async (page) => {
      await joinAsAda(page);
      await page.getByRole('link', { name: 'Open your lab' }).click();
      expect(await heading(page)).toBe('The guide');
    },
    { javaScriptEnabled: false },
  );
});

test('says by itself when a seat is ready, and shows the page of a lab that has started', async () => {
  await withPortal(oneSeat('Provisioning'), async (page, portal) => {
    await joinAsAda(page);
    expect(await heading(page)).toBe('Your lab is starting');
    portal.api.setPhase('otel-1', 'Ready');
    const guide = portal.guide('otel-1');
    portal.guides.delete('otel-1');
    await page.getByRole('link', { name: 'Open your lab' }).click();
    await page.getByRole('heading', { name: 'Your lab is starting' }).waitFor();
    portal.guides.set('otel-1', guide);
    await page.getByRole('heading', { name: 'The guide' }).waitFor();
  });
});

test('sends a claim again by itself until the cluster answers', async () => {
  await withPortal(oneSeat(), async (page, portal) => {
    portal.api.onRequest = () => Promise.reject(new Error('no answer within 5 s'));
    await joinAsAda(page);
    expect(await heading(page)).toBe('One moment');
    portal.api.onRequest = () => Promise.resolve();
    await page.getByRole('heading', { name: 'Your seat is ready' }).waitFor();
  });
});

test('opens a class that was full when somebody leaves', async () => {
  const api = new SeatApi([aWorkshop(1)], [aSeat('1', { claim: aClaim('1') })]);
  await withPortal(api, async (page) => {
    await page.goto(`/join/${CODE}`);
    expect(await heading(page)).toBe('The class is full');
    api.change('otel-1', { claim: undefined } as never);
    await page.getByLabel('Your name').waitFor();
  });
});

describe('with a host for each seat', () => {
  let portal: PortalHarness;
  let origin: string;
  const originOf = (seat: string): string => origin.replace('//', `//${seat}.`);

  /** Starts a portal at a name that the browser finds on loopback. Its port is known only once it listens. */
  beforeEach(async () => {
    const url = { proto: 'http' as const, host: '' };
    const api = new SeatApi([aWorkshop(2)], [aSeat('1'), aSeat('2')]);
    portal = await new PortalHarness(api, { assets: pageFiles(), url, subdomains: true }).start('otel-1', 'otel-2');
    url.host = `class.localhost:${portal.port}`;
    origin = `http://${url.host}`;
    for (const guide of portal.guides.values())
      guide.answer = (_request, response) =>
        void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>The guide</h1>');
  });
  afterEach(() => portal.stop());

  /** Joins as a person with a browser of their own. @returns the page of the person's lab */
  async function join(name: string): Promise<Page> {
    const page = await (await browser.newContext({ baseURL: origin })).newPage();
    await page.goto(`${origin}/join/${CODE}`);
    await page.getByLabel('Your name').fill(name);
    await page.getByRole('button', { name: 'Take a seat' }).click();
    await page.getByRole('link', { name: 'Open your lab' }).click();
    await page.getByRole('heading', { name: 'The guide' }).waitFor();
    return page;
  }

  test('brings each person to the host of their own seat, and out again', async () => {
    const pages = [await join('Ada'), await join('Bob')];
    const hosts = pages.map((page) => new URL(page.url()).origin).sort();
    expect(hosts).toEqual(['otel-1', 'otel-2'].map(originOf));
    const [page] = pages as [Page];
    const own = new URL(page.url()).origin;
    // A cookie with a Domain would begin with a dot.
    const domains = (await page.context().cookies()).map(({ domain }) => domain);
    expect(new Set(domains)).toEqual(new Set(['class.localhost', new URL(own).hostname]));
    await page.goto('/seat');
    await page.getByRole('button', { name: 'Leave this seat' }).click();
    await page.getByLabel('Class code').waitFor();
    await page.goto(own);
    expect(new URL(page.url()).origin).toBe(origin);
    await Promise.all(pages.map((each) => each.context().close()));
  });

  test('lets a script of one seat reach neither another seat nor the portal', async () => {
    const pages = [await join('Ada'), await join('Bob')];
    const [page, neighbour] = pages as [Page, Page];
    const other = new URL(neighbour.url());
    const guide = portal.guide(other.hostname.split('.')[0] ?? '');
    const before = guide.received.length;
    const tries = [other.href, `${origin}/s/${other.hostname.split('.')[0]}/`, `${origin}/seat`].flatMap((url) =>
      ['GET', 'POST'].map((method) => ({ url, method })),
    );
    const reach = `Promise.all(${JSON.stringify(tries)}.map(({ url, method }) =>
      fetch(url, { method, credentials: 'include' }).then((answer) => answer.text(), () => 'nothing')))`;
    expect(await page.evaluate(reach)).toEqual(tries.map(() => 'nothing'));
    await page.evaluate(`fetch('${other.href}', { mode: 'no-cors', credentials: 'include' })`);
    expect(guide.received.length).toBe(before);
    await page.goto(other.href);
    await page.getByRole('heading', { name: 'This is another person’s seat' }).waitFor();
    expect(guide.received.length).toBe(before);
    await Promise.all(pages.map((each) => each.context().close()));
  });
});

describe('accessibility', () => {
  const classOf = (spec: Partial<Workshop['spec']> = {}) => new SeatApi([aWorkshop(1, spec)], []);
  const taken = new SeatApi([aWorkshop(['ada', 'bob'])], [aSeat('ada', { claim: aClaim('1') }), aSeat('bob')]);
  const states: [string, SeatApi, (page: Page, portal: PortalHarness) => Promise<unknown>][] = [
    ['the class code', oneSeat(), (page) => page.goto('/')],
    ['a wrong code', oneSeat(), (page) => page.goto('/join/zzzzzz')],
    ['the name', oneSeat(), (page) => page.goto(`/join/${CODE}`)],
    ['the names', taken, (page) => page.goto(`/join/${CODE}`)],
    ['the words', oneSeat(), (page) => page.goto('/key')],
    ['what is kept', oneSeat(), (page) => page.goto('/kept')],
    [
      'a class that has not started',
      classOf({ schedule: { startsAt: '2999-01-01T00:00:00Z' } }),
      (page) => page.goto(`/join/${CODE}`),
    ],
    ['a ready seat', oneSeat(), joinAsAda],
    ['a seat that starts', oneSeat('Provisioning'), joinAsAda],
    ["another person's seat", oneSeat(), async (page) => (await joinAsAda(page), page.goto('/s/otel-2/'))],
    [
      'a changed secret',
      oneSeat(),
      async (page, portal) => {
        await joinAsAda(page);
        portal.secrets = newSecrets();
        await page.goto('/seat');
      },
    ],
    [
      'a seat that was freed',
      oneSeat(),
      async (page, portal) => {
        await joinAsAda(page);
        portal.api.change('otel-1', { claim: undefined } as never);
        await page.goto('/seat');
      },
    ],
  ];

  test.each(states)(
    'has no axe violation and fits 390 px on the page of %s, in light and dark mode',
    async (_name, api, reach) => {
      await withPortal(api, async (page, portal) => {
        await reach(page, portal);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await violations(page)).toEqual([]);
        }
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      });
    },
  );
});
