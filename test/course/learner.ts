// A learner who works on the course page: uses the page's controls and reads what the page shows.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import type { FileName } from '../../apps/guide/contract.ts';
import type { Learner, Row } from '../../course/harness/walkthrough.ts';
import type { Lab } from '../support/cluster/lab.ts';
import { eventually } from '../../support/waiting.ts';
import { solutionOf, steps } from './steps.ts';

/** The time limit for a new pod to start on a busy machine, in milliseconds. */
const RUN_WITHIN = 60_000;
/** The time limit for a check, in milliseconds. A check takes up to 15 s, and may first wait for another check. */
const CHECK_WITHIN = 30_000;
const TRACE_WITHIN = 20_000;

/**
 * Parses a row of the trace drawing: the screen reader's text, such as `dice GET /rolldice server, level 4`, and a time
 * such as `1.90 ms`.
 */
function rowOf(words: string, time = ''): Row {
  const [, service = '', name = '', level] =
    /^(\S+) (.*) [a-z]+(?: error)?(?: parent missing)?, level (\d+)/.exec(words) ?? [];
  const [, took, unit] = /^([\d.]+) (m?s)$/.exec(time) ?? [];
  if (level === undefined || took === undefined)
    throw new Error(`expected a row with a span's level and time, found "${words}" and "${time}"`);
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

  /** Opens the next step with the link at the end of the current step. */
  async goOn(): Promise<void> {
    await this.page
      .getByRole('navigation', { name: 'Previous and next step' })
      .getByRole('link', { name: /→$/ })
      .click();
  }

  /** Waits until the page shows the step, and presses Start. */
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
    // The old pod of dice may answer requests until it is gone.
    await eventually(async () => expect(await this.#lab.pods('dice')).toHaveLength(1));
  }

  /** Replaces the text of a file in the editor, by pasting from the clipboard. */
  async replace(name: FileName, text: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
    await this.page.locator('.cm-content').focus();
    await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.press('Control+v');
    await this.page.getByText(new RegExp(`^Not saved: .*${name}`)).waitFor();
  }

  /** Presses Run. @returns the status text after the new pod has started or failed */
  async run(): Promise<string> {
    await this.press('Run');
    const status = this.page.locator('#run-status');
    await status.filter({ hasText: /^Runs your files, \d+\.\d s after Run|^\S+: / }).waitFor({ timeout: RUN_WITHIN });
    return status.innerText();
  }

  /**
   * Sends a request to dice with a button of the page, or with the text field if the path has no button. @returns the
   * answer as the page shows it
   */
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

  /** Finds the rows of the trace drawing that contain this text. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.span-row', { hasText: text });
  }

  /** Waits for a span, opens it, and waits until the page shows all texts in `shown`. */
  async read(text: string | RegExp, ...shown: string[]): Promise<void> {
    await this.row(text).first().waitFor({ timeout: TRACE_WITHIN });
    await this.#whole();
    await this.row(text).first().click();
    for (const one of shown) await this.page.locator('.span-details:visible').getByText(one).first().waitFor();
  }

  /** Reads the rows of the trace drawing after the last span has arrived. */
  async waterfall(): Promise<Row[]> {
    await this.row('').first().waitFor({ timeout: TRACE_WITHIN });
    await this.#whole();
    const [names, times] = await Promise.all(
      ['.span-name', '.took'].map((part) => this.page.locator(`.span-row ${part}`).allTextContents()),
    );
    return (names ?? []).map((words, index) => rowOf(words, times?.[index]));
  }

  /** Waits until the number of rows stops growing, because spans arrive in batches. */
  async #whole(): Promise<void> {
    for (let before = -1, now = 0; before !== now;) {
      before = now;
      await sleep(700);
      now = await this.page.locator('.span-row').count();
    }
  }

  /** Waits until the log next to the editor contains this text. */
  async log(text: string | RegExp, source: 'dice' | 'the Collector' = 'dice', within = TRACE_WITHIN): Promise<string> {
    const choice = this.page.getByLabel('of', { exact: true });
    // Selecting the same log again would load older lines too.
    if ((await choice.locator('option:checked').innerText()) !== source) await choice.selectOption({ label: source });
    const log = this.page.getByRole('group', { name: 'Log of the newest pod' }).filter({ hasText: text });
    await log.waitFor({ timeout: within });
    return log.innerText();
  }

  /**
   * Presses Check, and again if the check fails, as a learner does on a busy machine.
   * @throws Error with the whole verdict if no attempt ends with "Verified."
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
