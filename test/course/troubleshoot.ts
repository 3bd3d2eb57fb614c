// Step 10 by hand: each fault on and off, and in between the page Traces, where rounds that failed are opened and compared.
import type { Page } from 'playwright-core';
import { eventually } from '../support/matchers/eventually.ts';
import type { Learner } from './learner.ts';
import { ENOUGH, pluginsIn, shared } from './rounds.ts';
import type { Seen } from './rounds.ts';

export async function troubleshoot({ page }: Learner): Promise<void> {
  await page.getByText('Faults to find').click();
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
    await answer(
      page,
      'Story a: which version of prizes?',
      shared(spiked, ({ version }) => [version]),
    );
    await answer(
      page,
      'Story a: which version of the client?',
      shared(spiked, ({ client }) => [client]),
    );
    await answer(
      page,
      'Story b: which version of prizes?',
      shared(late, ({ version }) => [version]),
    );
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

/** Opens traces that have an error, until enough of them failed for this reason for one of these values to stand out. */
async function failing(page: Page, reason: string, valuesOf: (round: Seen) => readonly string[]): Promise<Seen[]> {
  const known = new Map<string, Seen | undefined>();
  return eventually(
    async () => {
      await page.goto('/traces');
      const links = await page
        .locator('.traces li', { has: page.locator('.error') })
        .locator('a')
        .all();
      const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
      for (const path of paths.filter((one) => one !== null && !known.has(one)) as string[])
        known.set(path, await roundAt(page, path, reason));
      const seen = [...known.values()].filter((round) => round !== undefined);
      if (seen.length < ENOUGH) throw new Error(`${seen.length} rounds of ${known.size} that failed say "${reason}"`);
      shared(seen, valuesOf);
      return seen;
    },
    { within: 60_000, every: 1_000 },
  );
}

/** What the page of a trace says of its round; undefined where it failed for another reason, or prizes' span is still to come. */
async function roundAt(page: Page, path: string, reason: string): Promise<Seen | undefined> {
  await page.goto(path);
  const span = page.locator('details', { has: page.locator('summary', { hasText: 'prizes GET' }) }).first();
  if ((await page.getByText(reason).count()) === 0 || (await span.count()) === 0) return undefined;
  await span.locator('summary').click();
  const said = async (name: string): Promise<string> =>
    bare(
      await span
        .locator('dl div', { has: page.locator('dt', { hasText: name }) })
        .locator('dd')
        .first()
        .innerText(),
    );
  return {
    version: await said('service.version'),
    pool: await said('deployment.node_pool'),
    client: await said('x-client-version'),
    plugins: pluginsIn(await said('x-browser-plugins')),
  };
}

/** Values are shown as JSON, and a header is a list. */
const bare = (text: string): string => text.replaceAll(/["[\]]/g, '');
