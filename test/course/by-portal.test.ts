// Does the whole course in a real browser as an attendee does: joins a class at the portal with the class code, and
// then uses only the controls and the texts of the pages below the path of the seat. The portal is behind a proxy that
// ends TLS and rewrites Host. Then an instructor comes.
import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { PORTAL } from '../../lab/names.ts';
import { say } from '../../support/output.ts';
import { eventually } from '../../support/waiting.ts';
import { artefacts } from '../support/artefacts.ts';
import { violations } from '../support/browser/axe.ts';
import { launchBrowser, misdeeds, picture } from '../support/browser/browser.ts';
import { TlsProxy } from '../support/browser/tls-proxy.ts';
import { apiGet, kubectl } from '../support/cluster/cluster.ts';
import { Forward } from '../support/cluster/forward.ts';
import { keepEvidence } from '../support/cluster/namespace.ts';
import {
  allReady,
  applyWorkshop,
  CLASS_READY_WITHIN,
  installOperator,
  keepWorkshopEvidence,
  labOf,
  namespacesOf,
  operator,
  workshopNow,
} from '../support/cluster/workshop.ts';
import * as story from './class-story.ts';
import { PageLearner } from './learner.ts';
import { steps, walkthroughOf } from './steps.ts';

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };

const workshop = 'course';
const [ada, grace] = [
  { name: 'ada', displayName: 'Ada' },
  { name: 'grace', displayName: 'Grace' },
];
/** Names of people who come later. Their seats stay free. */
const LATE = ['Barbara', 'Edsger', 'Radia'];
const [seat, graceSeat] = [`${workshop}-${ada.name}`, `${workshop}-${grace.name}`];
const path = `${PORTAL.seats}${seat}/`;
const lab = labOf(seat);
const door = new Forward(operator, { component: 'portal' });
const boardDoor = new Forward(operator, { component: 'board', targetPort: 8081 });
/** Where browsers see the portal. */
const PORT = 24_443;
const origin = `https://127.0.0.1:${PORT}`;

let browser: Browser;
let proxy: TlsProxy;
let page: Page;
let learner: PageLearner;
let found: string[];

const values = { operator: { crds: { keep: false } }, portal: { url: origin } };

beforeAll(async () => {
  await mkdir(artefacts, { recursive: true });
  [browser] = await Promise.all([launchBrowser(), installOperator(values)]);
  await applyWorkshop(workshop, { attendees: [ada, grace], lab: { flask: { enabled: true } } });
  await allReady(workshop, 2);
  await Promise.all([lab.settled(), operator.rolledOut('portal')]);
  await door.open();
  proxy = await TlsProxy.start(PORT, () => door.origin);
  page = await newPerson(path); // a walkthrough opens pages of the guide by their relative path
  learner = new PageLearner(page, lab);
  await join(page, ada.displayName, path);
  found = misdeeds(page, origin + path);
}, CLASS_READY_WITHIN + 60_000);

// The next stage installs an operator of its own.
afterAll(async () => {
  await browser?.close();
  proxy?.close();
  door.close();
  boardDoor.close();
  await keepEvidence(seat).catch(String);
  await keepWorkshopEvidence();
  await kubectl('delete', 'workshop', workshop, '--wait=false');
  await operator.helm(['uninstall', operator.release, '--wait', '--timeout=120s']);
  await kubectl('delete', 'namespace', operator.namespace);
}, 180_000);

/** Opens a page in a browser of its own. @param below the path that relative addresses start from */
async function newPerson(below: string, from = origin): Promise<Page> {
  const context = await browser.newContext({
    viewport: WIDE,
    baseURL: from + below,
    ignoreHTTPSErrors: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const opened = await context.newPage();
  return opened;
}

/** Joins the class as a person does, up to the page of the lab. */
async function join(who: Page, name: string, below: string): Promise<void> {
  const { status } = await eventually(async () => {
    const now = await workshopNow(workshop);
    expect(now.status?.code).toBeDefined();
    return now;
  });
  await who.goto('/');
  await who.getByLabel('Class code').fill(status?.code ?? '');
  await who.getByRole('button', { name: 'Join' }).click();
  await who.getByLabel('Your name').selectOption({ label: name });
  await who.getByRole('button', { name: 'Take your seat' }).click();
  await who.getByRole('link', { name: 'Open your lab' }).click();
  await who.getByRole('heading', { name: /^1\. / }).waitFor();
  expect(new URL(who.url()).pathname).toBe(below);
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
  400_000,
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

describe('with an instructor', () => {
  let room: story.Room;
  const faultsOf = async (name: string) =>
    (await apiGet<{ data?: { faults?: string } }>(`/api/v1/namespaces/${name}/configmaps/lab-faults`)).data?.faults;

  beforeAll(async () => {
    await boardDoor.open();
    const gracePath = `${PORTAL.seats}${graceSeat}/`;
    const others = { grace: await newPerson(gracePath), board: await newPerson('/', boardDoor.origin) };
    await join(others.grace, grace.displayName, gracePath);
    const template = '{{.data.key | base64decode}}';
    const secret = `secret/${operator.release}-board`;
    const key = await kubectl('get', secret, '--namespace', operator.namespace, `--output=go-template=${template}`);
    await story.login(others.board, key);
    room = { ada: page, origin, ...others };
  }, 120_000);

  test('adds seats for three who come late', () => story.seatsAdded(room, LATE), 120_000);
  test('brings an instructor to a learner who is stuck', () => story.stuckAndTaken(room), 120_000);
  test('lets an instructor look in, send a hint and resolve the request', () => story.lookedInAndHelped(room), 120_000);
  test('says on the board what a failed check has found', () => story.failedCheck(room), 120_000);
  test('has five labs by now', () => story.allHere(room), 120_000);
  test(
    'turns a fault on in every lab',
    () => story.faultForAll(room, async () => Promise.all((await namespacesOf(workshop)).map(faultsOf))),
    120_000,
  );
  test('asks the room, and shows the answers without names', () => story.poll(room), 120_000);
  test('ends the class', () => story.end(room), 120_000);
});
