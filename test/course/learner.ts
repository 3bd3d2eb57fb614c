// A learner at the guide's front page: does what its own controls do, and knows what it shows.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import type { FileName } from './steps.ts';

/** The newest pod runs within this, also on a busy machine. */
const RUN_WITHIN = 60_000;
/** A check has 15 s, and may have to wait for its turn. */
const CHECK_WITHIN = 30_000;
const TRACE_WITHIN = 20_000;

/** A line of the waterfall, as it is drawn. */
export interface Row {
  /** The root's is 1. */
  readonly level: number;
  readonly service: string;
  readonly name: string;
  /** Milliseconds. */
  readonly took: number;
}

/** `dice GET /rolldice server, level 4`, as a screen reader says it, and `1.90 ms`. */
function rowOf(words: string, time = ''): Row {
  const [, service = '', name = '', level] =
    /^(\S+) (.*) [a-z]+(?: error)?(?: parent missing)?, level (\d+)/.exec(words) ?? [];
  const [, took, unit] = /^([\d.]+) (m?s)$/.exec(time) ?? [];
  if (level === undefined || took === undefined)
    throw new Error(`expected a span with its level and its time, found "${words}" and "${time}"`);
  return { level: Number(level), service, name, took: Number(took) * (unit === 's' ? 1000 : 1) };
}

export class Learner {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** By the link below the step before. */
  async goOn(): Promise<void> {
    await this.page
      .getByRole('navigation', { name: 'Previous and next step' })
      .getByRole('link', { name: /→$/ })
      .click();
  }

  /** Waits for the step of that number, and starts it. */
  async start(number: number): Promise<void> {
    await this.page.getByRole('heading', { name: new RegExp(`^${number}\\. `) }).waitFor();
    await this.press('Start');
    await this.#button('Check').waitFor();
  }

  press(name: string): Promise<void> {
    return this.#button(name).click();
  }

  /** Replaces a file's text in the editor, by the clipboard. */
  async replace(name: FileName, text: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
    await this.page.locator('.cm-content').click();
    await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.press('Control+v');
    await this.page.getByText(new RegExp(`^Not saved: .*${name}`)).waitFor();
  }

  /** @returns what the page says when the new pod runs */
  async run(): Promise<string> {
    await this.press('Run');
    const said = this.page.locator('#run-status');
    await said
      .filter({ hasText: /^Runs your files, \d+\.\d s after Run|^\S+: (?!the new pod)/ })
      .waitFor({ timeout: RUN_WITHIN });
    return said.innerText();
  }

  /** Asks dice by a button, or by the field for other paths. @returns what it has answered, by the page */
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

  /** A line of the waterfall; @param text as it stands there */
  row(text: string | RegExp): Locator {
    return this.page.locator('.span-row', { hasText: text });
  }

  /** Waits for this span, opens it, and waits until all of these texts are there. */
  async read(text: string | RegExp, ...shown: string[]): Promise<void> {
    await this.row(text).first().waitFor({ timeout: TRACE_WITHIN });
    await this.#whole();
    await this.row(text).first().click();
    for (const one of shown) await this.page.locator('.span-details:visible').getByText(one).first().waitFor();
  }

  /** The waterfall, once no more spans come. */
  async waterfall(): Promise<Row[]> {
    await this.row('').first().waitFor({ timeout: TRACE_WITHIN });
    await this.#whole();
    const [names, times] = await Promise.all(
      ['.span-name', '.took'].map((part) => this.page.locator(`.span-row ${part}`).allTextContents()),
    );
    return (names ?? []).map((words, index) => rowOf(words, times?.[index]));
  }

  /** Spans come in batches: waits until there is one root, and the number of rows stays for a while. */
  async #whole(): Promise<void> {
    for (let before = -1, now = 0; before !== now;) {
      before = now;
      await sleep(700);
      now = await this.page.locator('.span-row').count();
    }
  }

  /** Waits until the log beside the editor has this. */
  async log(text: string | RegExp, of: 'dice' | 'the Collector' = 'dice', within = TRACE_WITHIN): Promise<string> {
    const choice = this.page.getByLabel('of', { exact: true });
    // To choose anew what is chosen would show the log anew, from further back.
    if ((await choice.locator('option:checked').innerText()) !== of) await choice.selectOption({ label: of });
    const log = this.page.getByRole('group', { name: 'Log of the newest pod' }).filter({ hasText: text });
    await log.waitFor({ timeout: within });
    return log.innerText();
  }

  /**
   * Presses Check, and once more where it is not yet so, as one does when the machine is busy.
   * @throws Error with all of the verdict, where it is not "Verified."
   */
  async check(tries = 2): Promise<void> {
    await this.press('Check');
    const verdict = this.page.locator('#verdict:is([data-tone="good"], [data-tone="bad"])');
    await verdict.waitFor({ timeout: CHECK_WITHIN });
    const said = await verdict.innerText();
    if (said.startsWith('Verified.')) return;
    if (tries <= 1) throw new Error(`expected "Verified.", found: ${said}`);
    await this.check(tries - 1);
  }

  #button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }
}
