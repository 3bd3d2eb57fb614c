// Does step 10 on the guide's pages as a learner would. For each fault, it goes from a chart to an exemplar, its trace
// and a log record. Then it marks the failed or slow traces, and answers with what they share.
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../../../support/waiting.ts';
import type { Learner } from '../../harness/walkthrough.ts';

interface Story {
  /** Name of the fault's switch. */
  readonly fault: string;
  /** The statuses in the legend of the arcade's errors. */
  readonly statuses: RegExp;
  /** The button that marks the traces of this fault. */
  readonly mark: string;
  /** Where the comparison's first row has the answer to each question. */
  readonly answers: Readonly<Record<string, RegExp>>;
}

const version = /^service\.version=(\S+)$/m;

const stories: readonly Story[] = [
  {
    fault: 'A spike of 400s and 500s',
    statuses: /^ ?(400|500) /,
    mark: 'failed ones',
    answers: {
      'Story a: which version of prizes?': version,
      'Story a: which version of the client?': /client[-.]version=(\S+)$/m,
    },
  },
  {
    fault: 'Requests that time out at 500 ms',
    statuses: /^ ?504 /,
    mark: 'those of at least',
    answers: {
      'Story b: which version of prizes?': version,
      'Story b: which browser plugin?': /browser[-.]plugins=([^\s,]+)$/m,
      'Story b: which node pool?': /node_pool=(\S+)$/m,
    },
  },
];

/** With fewer marked traces, the page warns that they may share something by chance. */
const ENOUGH = 12;
const PATIENCE = 180_000; // ms; at 120 rounds a minute, a fault hits at least ten a minute. A busy machine needs longer

export async function onPage({ page }: Learner): Promise<void> {
  await page.locator('#faults-part[open]').waitFor();
  await setLoad(page, 120);
  const explore = await page.context().newPage();
  try {
    for (const story of stories) {
      await flip(page, story.fault);
      await fromChartToLog(explore, story);
      const answers = await eventually(() => answersIn(explore, story), { within: PATIENCE });
      await flip(page, story.fault);
      for (const [question, text] of Object.entries(answers)) await answer(page, question, text);
    }
  } finally {
    await explore.close();
  }
  await setLoad(page, 0);
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

async function fromChartToLog(explore: Page, { statuses }: Story): Promise<void> {
  await explore.goto('explore');
  const errors = explore.getByRole('group', { name: 'Errors a second, by status of arcade' });
  await errors.locator('.legend li', { hasText: statuses }).first().waitFor({ timeout: 30_000 });
  await errors.locator('.point.failed').last().click();
  await explore.locator('.span-row', { hasText: 'prizes' }).first().waitFor();
  await explore.locator('.short-log').first().click();
  await explore.locator('.log-line:focus').waitFor();
}

/** Compares the traces of a fault with the others, and returns the answers. @throws Error if it needs more traces */
async function answersIn(explore: Page, { mark, answers }: Story): Promise<Record<string, string>> {
  await explore.goto('lab');
  await explore.goto('explore#traces');
  await explore.getByText(/^[\d,]+ traces?, from/).waitFor({ timeout: 30_000 });
  await explore.getByRole('button', { name: mark }).click();
  const marked = await explore
    .locator('.mark-actions')
    .getByText(/traces? marked/)
    .innerText();
  if (parseInt(marked) < ENOUGH) throw new Error(`expected ${ENOUGH} traces, found ${marked}`);
  await explore.getByRole('button', { name: 'What do they share?' }).click();
  await explore.getByText(/^Compared in/).waitFor();
  const rows = explore.getByRole('region', { name: 'More common among the marked traces' }).locator('tbody tr');
  const names = await namesIn(rows.first());
  return Object.fromEntries(
    Object.entries(answers).map(([question, name]) => {
      const found = name.exec(names)?.[1];
      if (found !== undefined) return [question, found];
      throw new Error(`expected ${name} in what is most common, found in ${marked}: ${names.replaceAll('\n', ', ')}`);
    }),
  );
}

/** Returns all names of a row's values, one on each line. */
async function namesIn(row: Locator): Promise<string> {
  const buttons = await row.getByRole('button', { name: /other names? of the same traces/ }).all();
  // A button goes when it is pressed, and then the ones behind it have other numbers.
  for (const more of buttons.toReversed()) await more.click();
  return (await row.locator('code').allInnerTexts()).join('\n');
}
