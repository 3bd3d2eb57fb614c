// Does the whole course in a real browser, with a lab on a real node. It uses only the controls and the texts of the
// page.
import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { violations } from '../support/browser/axe.ts';
import { say } from '../../support/output.ts';
import { artefacts } from '../support/artefacts.ts';
import { launchBrowser, misdeeds, picture } from '../support/browser/browser.ts';
import { Forward } from '../support/cluster/forward.ts';
import { Lab } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { PageLearner } from './learner.ts';
import { steps, walkthroughOf } from './steps.ts';

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };

const lab = new Lab(useNamespace('course-browser'));
const door = new Forward(lab);

let browser: Browser;
let page: Page;
let learner: PageLearner;
let found: string[];

beforeAll(async () => {
  await mkdir(artefacts, { recursive: true });
  [browser] = await Promise.all([launchBrowser(), lab.install({ flask: { enabled: true } })]);
  await lab.settled();
  await door.open();
  const context = await browser.newContext({
    viewport: WIDE,
    baseURL: door.origin,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  found = misdeeds(page, door.origin);
  learner = new PageLearner(page, lab);
  await page.goto('/');
}, 150_000);

afterAll(async () => {
  await browser?.close();
  door.close();
});

/** Takes screenshots of the page at both widths, and fails if axe reports a violation. */
async function keep(name: string): Promise<void> {
  await page.evaluate('scrollTo(0, 0)');
  await picture(page, `course-${name}-1280`);
  await page.setViewportSize(NARROW);
  await page.evaluate('scrollTo(0, 0)');
  await picture(page, `course-${name}-390`);
  const minded = await violations(page);
  await page.setViewportSize(WIDE);
  expect(minded).toEqual([]);
}

test.each(steps)(
  'verifies step %s after a learner has done it on the course page',
  async (id) => {
    const began = performance.now();
    const number = steps.indexOf(id) + 1;
    try {
      if (number > 1) await learner.goOn();
      await learner.start(id);
      await (await walkthroughOf(id)).onPage?.(learner);
      await learner.check();
      await page.getByText(`Steps: ${number} of ${steps.length} verified`).waitFor();
      say(`${id} on the page: verified after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    } finally {
      await keep(id);
    }
    expect(found.splice(0)).toEqual([]);
  },
  150_000,
);

test.each(['lab', 'why', 'traces'])('shows the page /%s of a real lab without an axe violation', async (name) => {
  await page.goto(`/${name}`);
  await page
    .locator({ lab: '#parts', why: '#hops', traces: '.traces' }[name] ?? 'main')
    .locator('li')
    .nth(2)
    .waitFor();
  await keep(name);
  if (name !== 'traces') return;
  await page.locator('.traces a').first().click();
  await page.locator('.tree summary').first().click();
  await keep('one-trace');
});

test("shows every step as verified after a reload, and after a restart of the guide's pod", async () => {
  await page.goto('/');
  await page.getByText(`Steps: ${steps.length} of ${steps.length} verified`).waitFor();
  await page.goto('about:blank');
  await lab.kubectl('rollout', 'restart', `deployment/${lab.release}-guide`);
  await lab.rolledOut('guide');
  await door.open();
  await page.goto(door.origin);
  await page.getByText(`Steps: ${steps.length} of ${steps.length} verified`).click();
  expect(await page.locator('#step-list .state-passed').count()).toBe(steps.length);
  await keep('done');
}, 120_000);
