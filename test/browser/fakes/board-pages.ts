// Opens the board's pages in a real browser, with a server that sends prepared states.
import type { Browser, Page } from 'playwright-core';
import { BoardServer } from '../../../apps/portal/web/testing/board-server.ts';
import { aBoard } from '../../../apps/portal/web/testing/states.ts';
import { launchBrowser, misdeeds, withoutLanguage } from '../../support/browser/browser.ts';
import { pageFiles } from '../../support/browser/page-files.ts';

export const BOARD = '/board/otel-101';

export interface BoardView {
  readonly width?: number;
  readonly height?: number;
  readonly path?: string;
  readonly state?: ReturnType<typeof aBoard>;
  /** Parts of messages that the browser may log. */
  readonly allowed?: readonly string[];
}

export class BoardPages {
  readonly #browser: Browser;

  /** Starts a browser. */
  static async start(): Promise<BoardPages> {
    return new BoardPages(await launchBrowser());
  }

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /**
   * Runs `work` with a new page, at 1366 × 768, of the server at `url`. Fails if the page logs an error, asks another
   * site, or is too wide.
   */
  async open(url: string, work: (page: Page) => Promise<void>, view: BoardView = {}): Promise<void> {
    const { width = 1366, height = 768, path = BOARD, allowed = [] } = view;
    const context = await this.#browser.newContext({ viewport: { width, height }, baseURL: url });
    await withoutLanguage(context);
    const page = await context.newPage();
    const found = misdeeds(page, url);
    try {
      await page.goto(path);
      await work(page);
      // The browser cancels open requests when the page is left.
      expect(found.filter((line) => !['ERR_ABORTED', ...allowed].some((part) => line.includes(part)))).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    } finally {
      await context.close();
    }
  }

  /** The same with a server that sends prepared states. */
  async with(work: (page: Page, server: BoardServer) => Promise<void>, view: BoardView = {}): Promise<void> {
    const server = await new BoardServer(pageFiles()).start();
    server.state = view.state ?? aBoard();
    await this.open(server.url, (page) => work(page, server), view).finally(() => server.stop());
  }
}

/** Waits until the page shows that it is up to date. */
export const live = (page: Page): Promise<void> => page.getByText('Live', { exact: true }).waitFor();

/** Waits up to 5 s until `read` returns what is wanted. */
export async function expectSoon(read: () => number, wanted: number): Promise<void> {
  for (let tries = 0; tries < 100 && read() !== wanted; tries++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(read()).toBe(wanted);
}
