// Does step 10 on the guide's page as a learner would: switches each fault on and off, and compares failed rounds on
// the page "Traces".
import type { Page } from 'playwright-core';
import { waitFor } from '../../../support/waiting.ts';
import type { Learner } from '../../harness/walkthrough.ts';
import { ENOUGH, pluginsIn, shared } from './rounds.ts';
import type { SeenRound } from './rounds.ts';

export async function onPage({ page }: Learner): Promise<void> {
  await page.locator('#faults-part summary').click();
  await setLoad(page, 120);
  const traces = await page.context().newPage();
  try {
    await flip(page, 'A spike of 400s and 500s');
    const spiked = await failing(traces, 'prizes answered', ({ client }) => [client]);
    await flip(page, 'A spike of 400s and 500s');
    await flip(page, 'Requests that time out at 500 ms');
    const late = await failing(traces, 'longer than its', ({ plugins }) => plugins);
    await flip(page, 'Requests that time out at 500 ms');
    await setLoad(page, 0);
    const version = ({ version }: SeenRound): string[] => [version];
    await answer(page, 'Story a: which version of prizes?', shared(spiked, version));
    await answer(
      page,
      'Story a: which version of the client?',
      shared(spiked, ({ client }) => [client]),
    );
    await answer(page, 'Story b: which version of prizes?', shared(late, version));
    await answer(
      page,
      'Story b: which browser plugin?',
      shared(late, ({ plugins }) => plugins),
    );
    await answer(
      page,
      'Story b: which node pool?',
      shared(late, ({ pool }) => [pool]),
    );
  } finally {
    await traces.close();
  }
}

async function setLoad(page: Page, perMinute: number): Promise<void> {
  await page.getByLabel('Load: extra rounds').fill(String(perMinute));
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await page.getByText(perMinute === 0 ? 'none are played' : `${perMinute} a minute are played`).waitFor();
}

async function flip(page: Page, title: string): Promise<void> {
  const fault = page.getByRole('switch', { name: title });
  const on = await fault.isChecked();
  await fault.click();
  await page.getByText(`“${title}” is ${on ? 'off' : 'on'}`).waitFor();
}

async function answer(page: Page, question: string, text: string): Promise<void> {
  await page.getByRole('group', { name: question }).getByLabel(text, { exact: true }).check();
}

/**
 * Opens traces with errors until enough rounds have failed for `reason`, and one value is more frequent in these rounds
 * than any other.
 */
async function failing(
  page: Page,
  reason: string,
  valuesOf: (round: SeenRound) => readonly string[],
): Promise<SeenRound[]> {
  const known = new Map<string, SeenRound | undefined>();
  return waitFor(
    `${ENOUGH} failed rounds that say "${reason}" and share a trait`,
    async () => {
      for (const path of await failedTraces(page))
        if (!known.has(path)) known.set(path, await roundAt(page, path, reason));
      const seen = [...known.values()].filter((round) => round !== undefined);
      return standsOut(seen, valuesOf) ? seen : undefined;
    },
    { within: 60_000 },
  );
}

async function failedTraces(page: Page): Promise<string[]> {
  await page.goto('/traces');
  const items = page.locator('.traces li', { has: page.locator('.error') });
  const paths = await Promise.all((await items.locator('a').all()).map((link) => link.getAttribute('href')));
  return paths.filter((path) => path !== null);
}

function standsOut(rounds: SeenRound[], valuesOf: (round: SeenRound) => readonly string[]): boolean {
  try {
    return rounds.length >= ENOUGH && shared(rounds, valuesOf) !== '';
  } catch {
    return false;
  }
}

/**
 * Reads a round from the page of its trace. Returns undefined if the round failed for another reason, or has no span of
 * prizes.
 */
async function roundAt(page: Page, path: string, reason: string): Promise<SeenRound | undefined> {
  await page.goto(path);
  const span = page.locator('details', { has: page.locator('summary', { hasText: 'prizes GET' }) }).first();
  if ((await page.getByText(reason).count()) === 0 || (await span.count()) === 0) return undefined;
  await span.locator('summary').click();
  const value = async (name: string): Promise<string> =>
    bare(
      await span
        .locator('dl div', { has: page.locator('dt', { hasText: name }) })
        .locator('dd')
        .first()
        .innerText(),
    );
  return {
    version: await value('service.version'),
    pool: await value('deployment.node_pool'),
    client: await value('x-client-version'),
    plugins: pluginsIn(await value('x-browser-plugins')),
  };
}

/** Removes the JSON syntax from a value, which may be a list. */
const bare = (text: string): string => text.replaceAll(/["[\]]/g, '');
