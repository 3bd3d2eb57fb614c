// Tests the portal as an attendee uses it: in a real browser, from the class code to the lab, through port-forward.
import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { Attendee } from '../../cluster/rehearsal/attendee.ts';
import { doCourse } from '../../cluster/rehearsal/course-work.ts';
import { say } from '../../support/output.ts';
import { eventually } from '../../support/waiting.ts';
import { artefacts } from '../support/artefacts.ts';
import { violations } from '../support/browser/axe.ts';
import { launchBrowser, misdeeds, picture } from '../support/browser/browser.ts';
import { kubectl } from '../support/cluster/cluster.ts';
import { Forward } from '../support/cluster/forward.ts';
import { operator, seatNow, useWorkshop, workshopNow } from '../support/cluster/workshop.ts';

const { workshop, attendees, seats } = useWorkshop();
const [ada, grace] = attendees;
const [adasSeat, graceSeat] = seats;

const JOIN_WITHIN_MS = 2_000;
const JOINS = 5;

const door = new Forward(operator, { component: 'portal' });
let browser: Browser;
let code: string;

beforeAll(async () => {
  await mkdir(artefacts, { recursive: true });
  code = await eventually(async () => {
    const { status } = await workshopNow(workshop);
    if (status?.code === undefined) throw new Error(`the Workshop ${workshop} has no class code`);
    return status.code;
  });
  await operator.rolledOut('portal');
  browser = await launchBrowser();
  await door.open();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  door.close();
  for (const seat of seats) await free(seat);
});

const free = (seat: string): Promise<string> =>
  kubectl('patch', 'seat', seat, '--type=merge', '--patch', '{"spec":{"claim":null}}');

/** Waits until the portal offers a person's name again. */
const isFree = (page: Page, name: string): Promise<void> =>
  eventually(async () => {
    await page.goto(`/join/${code}`);
    expect(await page.locator(`option:text-is("${name}")`).count()).toBe(1);
  });

async function newPerson(): Promise<Page> {
  const context = await browser.newContext({ baseURL: door.origin, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  return page;
}

/** Joins the class as a person does, up to the page of the lab. @returns the milliseconds after the code was sent */
async function join(page: Page, name: string): Promise<number> {
  await page.goto('/');
  await page.getByLabel('Class code').fill(code);
  const began = performance.now();
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByLabel('Your name').selectOption({ label: name });
  await page.getByRole('button', { name: 'Take your seat' }).click();
  await page.getByRole('link', { name: 'Open your lab' }).click();
  await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Your seat' }).waitFor();
  return performance.now() - began;
}

const nameOf = (attendee: { name: string; displayName?: string } | undefined): string =>
  attendee?.displayName ?? attendee?.name ?? '';

test('seats a person by the class code, and works with the lab below the path of the seat', async () => {
  const page = await newPerson();
  await join(page, nameOf(ada));
  const found = misdeeds(page, door.origin);
  expect(new URL(page.url()).pathname).toBe(`/s/${adasSeat}/`);
  expect((await seatNow(adasSeat)).spec.claim?.name).toBe(nameOf(ada));
  await page.getByRole('link', { name: 'Explore' }).first().click();
  await page
    .getByRole('heading', { name: 'Charts' })
    .or(page.getByRole('tab', { name: 'Charts' }))
    .first()
    .waitFor();
  await picture(page, 'portal-explore');
  expect(await violations(page)).toEqual([]);
  await page.goto(`/s/${adasSeat}/lab`);
  await page.locator('#parts li').nth(2).waitFor();
  // A browser aborts what a page still loads when somebody leaves it.
  expect(found.filter((line) => !line.endsWith('net::ERR_ABORTED'))).toEqual([]);
}, 60_000);

test("refuses another person's seat by its path, and gives a seat once", async () => {
  const page = await newPerson();
  await join(page, nameOf(grace));
  const other = await page.request.get(`/s/${adasSeat}/`, { maxRedirects: 0 });
  expect(other.status()).not.toBe(200);
  expect(await other.text()).not.toContain('id="step-list"');
  const third = await newPerson();
  await third.goto(`/join/${code}`);
  await expect(
    third
      .getByLabel('Your name')
      .locator(`option:text-is("${nameOf(grace)} (taken)")`)
      .count(),
  ).resolves.toBe(1);
  expect((await seatNow(graceSeat)).spec.claim?.name).toBe(nameOf(grace));
}, 60_000);

test('takes at most two seconds from the code to the page of the lab', async () => {
  const took: number[] = [];
  for (let round = 0; round < JOINS; round++) {
    await free(adasSeat);
    const page = await newPerson();
    await isFree(page, nameOf(ada));
    took.push(await join(page, nameOf(ada)));
    await page.context().close();
  }
  say(`from the code to the lab: ${took.map((time) => `${(time / 1000).toFixed(2)} s`).join(', ')}`);
  expect(Math.max(...took)).toBeLessThan(JOIN_WITHIN_MS);
}, 90_000);

test('ends the seat of a person whom the instructor has removed from it, and says so', async () => {
  const page = await newPerson();
  await free(adasSeat);
  await isFree(page, nameOf(ada));
  await join(page, nameOf(ada));
  await free(adasSeat);
  const statusNow = async (): Promise<number> => (await page.request.get(`/s/${adasSeat}/`)).status();
  await eventually(async () => expect(await statusNow()).not.toBe(200), { within: 10_000 });
  await page.goto(`/s/${adasSeat}/`);
  await picture(page, 'portal-freed');
  expect(await page.locator('main').innerText()).toMatch(/seat/i);
}, 60_000);

test('lets a synthetic attendee of a rehearsal join and do the first steps', async () => {
  const attendee = new Attendee(door.origin);
  await attendee.join(code, ada?.name ?? '', 10_000);
  await attendee.open(10_000);
  const { steps, rounds } = await doCourse(attendee, 2);
  expect(steps.map(({ step, problem }) => [step, problem])).toEqual([
    ['01-set-up', undefined],
    ['02-read-a-trace', undefined],
  ]);
  expect(rounds.length).toBeGreaterThan(0);
}, 60_000);
