// Opens the guide's pages in a real browser, with a fake guide behind them, for all browser tests.
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, misdeeds, picture, withoutLanguage } from '../../support/browser/browser.ts';
import { pageFiles } from '../../support/browser/page-files.ts';
import { FakeGuide } from './fake-guide.ts';

export const widths = [1280, 390];
export const schemes = ['light', 'dark'] as const;

export interface View {
  width: number;
  height?: number;
  scheme: (typeof schemes)[number];
  /** Path below which the guide is, as behind a portal. */
  prefix?: string;
  /** Whether the editor knows TypeScript. That takes a second of CPU time for each page. */
  language?: boolean;
}

/** A step that edits files, so that the page shows the editor. */
export const EDITING = '/?step=06-manual';

export { picture };

export class Pages {
  readonly #browser: Browser;

  /** Starts a browser. */
  static async open(): Promise<Pages> {
    return new Pages(await launchBrowser());
  }

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /**
   * Runs `work` with a new fake guide and a new page. Fails and saves a screenshot if the page logs an error, loads
   * or links something that is not the guide's, or is too wide.
   * @param answers error statuses that the guide may send. Chromium logs statuses from 400 on as errors. 0 stands for
   * no answer at all.
   */
  async with(
    name: string,
    { width, height = 900, scheme, prefix = '', language = false }: View,
    work: (page: Page, guide: FakeGuide) => Promise<void>,
    answers: number[] = [],
  ): Promise<void> {
    const guide = await FakeGuide.start(pageFiles(), { prefix });
    const page = await this.#browser.newPage({
      viewport: { width, height },
      colorScheme: scheme,
      baseURL: `${guide.url}/`,
    });
    if (!language) await withoutLanguage(page);
    const found = misdeeds(page, `${guide.url}/`);
    try {
      await work(page, guide);
      // The browser cancels open requests when the page is left or reloaded.
      expect(
        found.filter(
          (line) => !line.endsWith('net::ERR_ABORTED') && !answers.some((status) => line.includes(textOf(status))),
        ),
      ).toEqual([]);
      expect(await strangers(page, guide.url)).toEqual([]);
      expect(await wider(page)).toEqual([]);
    } catch (error) {
      await picture(page, `pages-${name}-${width}-failed`).catch(() => undefined);
      throw error;
    } finally {
      await page.close();
      guide.stop();
    }
  }
}

/** What Chromium logs about an answer with this status. */
const textOf = (status: number): string => (status === 0 ? 'net::ERR_EMPTY_RESPONSE' : `status of ${status} `);

/** Lists the links of the page to this host that do not lead to the guide. */
const strangers = (page: Page, guide: string): Promise<string[]> =>
  page.evaluate(
    (url) =>
      [...document.links]
        .map(({ href }) => href)
        .filter((href) => href.startsWith(location.origin) && !href.startsWith(`${url}/`)),
    guide,
  );

/** Lists the elements that reach beyond the right edge of the window, so that a reader has to scroll sideways. */
function wider(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    document.documentElement.scrollWidth <= innerWidth
      ? []
      : [...document.querySelectorAll('body *')]
          .filter((one) => one.getBoundingClientRect().right > innerWidth)
          .map((one) => one.outerHTML.slice(0, 100)),
  );
}

/** Types text at the start of the file that is open in the editor. A step that edits nothing shows it on request. */
export async function typeInEditor(page: Page, text: string): Promise<void> {
  await page.locator('#pager a').first().waitFor();
  const show = page.getByRole('button', { name: 'Show your files' });
  if ((await page.locator('#code').isHidden()) && (await show.count()) > 0) await show.click();
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type(text);
}
