// Does the whole course in a real browser as an attendee does: joins a class of one at the portal with the class code,
// and then uses only the controls and the texts of the pages below the path of the seat.
import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { PORTAL } from '../../lab/names.ts';
import { say } from '../../support/output.ts';
import { eventually } from '../../support/waiting.ts';
import { artefacts } from '../support/artefacts.ts';
import { violations } from '../support/browser/axe.ts';
import { launchBrowser, misdeeds, picture } from '../support/browser/browser.ts';
import { kubectl } from '../support/cluster/cluster.ts';
import { Forward } from '../support/cluster/forward.ts';
import { keepEvidence } from '../support/cluster/namespace.ts';
import {
  allReady,
  applyWorkshop,
  CLASS_READY_WITHIN,
  installOperator,
  keepWorkshopEvidence,
  labOf,
  operator,
  workshopNow,
} from '../support/cluster/workshop.ts';
import { PageLearner } from './learner.ts';
import { steps, walkthroughOf } from './steps.ts';

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };

const workshop = 'course';
const person = { name: 'ada', displayName: 'Ada' };
const seat = `${workshop}-${person.name}`;
const path = `${PORTAL.seats}${seat}/`;
const lab = labOf(seat);
const door = new Forward(operator, { component: 'portal' });

let browser: Browser;
let page: Page;
let learner: PageLearner;
let found: string[];

beforeAll(async () => {
  await mkdir(artefacts, { recursive: true });
  [browser] = await Promise.all([launchBrowser(), installOperator({ operator: { crds: { keep: false } } })]);
  await applyWorkshop(workshop, { attendees: [person], lab: { flask: { enabled: true } } });
  await allReady(workshop, 1);
  await Promise.all([lab.settled(), operator.rolledOut('portal')]);
  await door.open();
  const context = await browser.newContext({
    viewport: WIDE,
    baseURL: door.origin + path, // a walkthrough opens pages of the guide by their relative path
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  learner = new PageLearner(page, lab);
  await join();
  found = misdeeds(page, door.origin + path);
}, CLASS_READY_WITHIN + 60_000);

// The next stage installs an operator of its own.
afterAll(async () => {
  await browser?.close();
  door.close();
  await keepEvidence(seat).catch(String);
  await keepWorkshopEvidence();
  await kubectl('delete', 'workshop', workshop, '--wait=false');
  await operator.helm(['uninstall', operator.release, '--wait', '--timeout=120s']);
  await kubectl('delete', 'namespace', operator.namespace);
}, 180_000);

/** Joins the class as a person does, up to the page of the lab. */
async function join(): Promise<void> {
  const { status } = await eventually(
    async () => {
      const now = await workshopNow(workshop);
      expect(now.status?.code).toBeDefined();
      return now;
    },
    { within: 30_000 },
  );
  await page.goto('/');
  await page.getByLabel('Class code').fill(status?.code ?? '');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByLabel('Your name').selectOption({ label: person.displayName });
  await page.getByRole('button', { name: 'Take your seat' }).click();
  await page.getByRole('link', { name: 'Open your lab' }).click();
  await page.getByRole('heading', { name: /^1\. / }).waitFor();
  expect(new URL(page.url()).pathname).toBe(path);
}

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
  'verifies step %s after an attendee has done it on the course page',
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

test.each(['lab', 'why', 'traces'])('shows the page %s of a real lab without an axe violation', async (name) => {
  await page.goto(path + name);
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
  await page.goto(path);
  await page.getByText(`Steps: ${steps.length} of ${steps.length} verified`).waitFor();
  await page.goto('about:blank');
  await lab.kubectl('rollout', 'restart', `deployment/${lab.release}-guide`);
  await lab.rolledOut('guide');
  await page.goto(path);
  await page.getByText(`Steps: ${steps.length} of ${steps.length} verified`).click();
  expect(await page.locator('#step-list .state-passed').count()).toBe(steps.length);
  await keep('done');
}, 120_000);
