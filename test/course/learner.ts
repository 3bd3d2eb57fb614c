// A learner at the guide's front page, who uses its controls and reads what it shows.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import type { FileName } from '../../apps/guide/contract.ts';
import type { Learner, Row } from '../../course/harness/walkthrough.ts';
import type { Lab } from '../support/cluster/lab.ts';
import { eventually } from '../support/matchers/eventually.ts';
import { solutionOf, steps } from './steps.ts';

/** How long a new pod takes to run on a busy machine. */
const RUN_WITHIN = 60_000;
/** A check has 15 s, and may wait for another one. */
const CHECK_WITHIN = 30_000;
const TRACE_WITHIN = 20_000;

/** Reads a row: `dice GET /rolldice server, level 4`, as a screen reader says it, and `1.90 ms`. */
function rowOf(words: string, time = ''): Row {
  const [, service = '', name = '', level] =
    /^(\S+) (.*) [a-z]+(?: error)?(?: parent missing)?, level (\d+)/.exec(words) ?? [];
  const [, took, unit] = /^([\d.]+) (m?s)$/.exec(time) ?? [];
  if (level === undefined || took === undefined)
    throw new Error(`expected a span with its level and its time, found "${words}" and "${time}"`);
  return { level: Number(level), service, name, took: Number(took) * (unit === 's' ? 1000 : 1) };
}

export class PageLearner implements Learner {
  readonly page: Page;
  readonly #lab: Lab;
  #step = '';

  constructor(page: Page, lab: Lab) {
    this.page = page;
    this.#lab = lab;
  }

  /** Opens the next step by the link below this one. */
  async goOn(): Promise<void> {
    await this.page
      .getByRole('navigation', { name: 'Previous and next step' })
      .getByRole('link', { name: /→$/ })
      .click();
  }

  /** Waits for the step's text, and starts the step. */
  async start(id: string): Promise<void> {
    this.#step = id;
    const number = steps.indexOf(id) + 1;
    await this.page.getByRole('heading', { name: new RegExp(`^${number}\\. `) }).waitFor();
    await this.press('Start');
    await this.#button('Check').waitFor();
  }

  press(name: string): Promise<void> {
    return this.#button(name).click();
  }

  async solve(): Promise<void> {
    for (const [name, text] of solutionOf(this.#lab, this.#step)) await this.replace(name, text);
    expect(await this.run()).toMatch(/^Runs your files/);
    // The old dice may still answer until it is gone.
    await eventually(async () => expect(await this.#lab.pods('dice')).toHaveLength(1), { within: 20_000 });
  }

  /** Replaces a file's text in the editor, through the clipboard. */
  async replace(name: FileName, text: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
    await this.page.locator('.cm-content').click();
    await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.press('Control+v');
    await this.page.getByText(new RegExp(`^Not saved: .*${name}`)).waitFor();
  }

  /** Presses Run. @returns the status once the new pod runs or has failed */
  async run(): Promise<string> {
    await this.press('Run');
    const status = this.page.locator('#run-status');
    await status.filter({ hasText: /^Runs your files, \d+\.\d s after Run|^\S+: / }).waitFor({ timeout: RUN_WITHIN });
    return status.innerText();
  }

  /** Sends a request to dice, by a button or by the field for other paths. @returns the answer as the page shows it */
  async ask(path: string): Promise<string> {
    const named = this.page.getByRole('group', { name: 'Ask dice' }).getByRole('button', { name: path, exact: true });
    if ((await named.count()) > 0) {
      await named.click();
    } else {
      await this.page.getByLabel('Another path').fill(path);
      await this.press('Ask');
    }
    const answer = this.page.locator('#answer').filter({ hasText: `${path} answered` });
    await answer.waitFor();
    return answer.innerText();
  }

  /** Rows of the waterfall with this text. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.span-row', { hasText: text });
  }

  /** Waits for this span, opens it, and waits for all of these texts. */
  async read(text: string | RegExp, ...shown: string[]): Promise<void> {
    await this.row(text).first().waitFor({ timeout: TRACE_WITHIN });
    await this.#whole();
    await this.row(text).first().click();
    for (const one of shown) await this.page.locator('.span-details:visible').getByText(one).first().waitFor();
  }

  /** The waterfall, once no more spans arrive. */
  async waterfall(): Promise<Row[]> {
    await this.row('').first().waitFor({ timeout: TRACE_WITHIN });
    await this.#whole();
    const [names, times] = await Promise.all(
      ['.span-name', '.took'].map((part) => this.page.locator(`.span-row ${part}`).allTextContents()),
    );
    return (names ?? []).map((words, index) => rowOf(words, times?.[index]));
  }

  /** Waits until the number of rows stays the same for a while, since spans arrive in batches. */
  async #whole(): Promise<void> {
    for (let before = -1, now = 0; before !== now;) {
      before = now;
      await sleep(700);
      now = await this.page.locator('.span-row').count();
    }
  }

  /** Waits until the log next to the editor has this text. */
  async log(text: string | RegExp, source: 'dice' | 'the Collector' = 'dice', within = TRACE_WITHIN): Promise<string> {
    const choice = this.page.getByLabel('of', { exact: true });
    // Selecting the same source again would reload the log from further back.
    if ((await choice.locator('option:checked').innerText()) !== source) await choice.selectOption({ label: source });
    const log = this.page.getByRole('group', { name: 'Log of the newest pod' }).filter({ hasText: text });
    await log.waitFor({ timeout: within });
    return log.innerText();
  }

  /**
   * Presses Check, and once more if it fails, as a learner does when the machine is busy.
   * @throws with the whole verdict, unless it is "Verified."
   */
  async check(tries = 2): Promise<void> {
    await this.press('Check');
    const verdict = this.page.locator('#verdict:is([data-tone="good"], [data-tone="bad"])');
    await verdict.waitFor({ timeout: CHECK_WITHIN });
    const verdictText = await verdict.innerText();
    if (verdictText.startsWith('Verified.')) return;
    if (tries <= 1) throw new Error(`expected "Verified.", found: ${verdictText}`);
    await this.check(tries - 1);
  }

  #button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }
}
