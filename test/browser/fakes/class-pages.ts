// Opens the guide's pages of a class in a real browser: a fake guide behind a real portal, for a person who has a seat.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { aSeat, aWorkshop } from '../../../apps/portal/testing/objects.ts';
import { PortalHarness } from '../../../apps/portal/testing/portal-harness.ts';
import { SeatApi } from '../../../apps/portal/testing/seat-api.ts';
import { launchBrowser, misdeeds, picture, withoutLanguage } from '../../support/browser/browser.ts';
import { pageFiles } from '../../support/browser/page-files.ts';
import { FakeGuide } from './fake-guide.ts';

export const SEAT = 'otel-1';

export interface Room {
  readonly api: SeatApi;
  readonly portal: PortalHarness;
  readonly guide: FakeGuide;
  readonly context: BrowserContext;
  /** The page of the course, of the person who has the seat. */
  readonly page: Page;
}

interface View {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

export class ClassPages {
  readonly browser: Browser;

  /** Starts a browser. */
  static async open(): Promise<ClassPages> {
    return new ClassPages(await launchBrowser());
  }

  private constructor(browser: Browser) {
    this.browser = browser;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  /** Runs `work` with a class of one seat, and with a browser whose person has it. */
  async with(work: (room: Room) => Promise<void>, { width = 1280, colorScheme = 'light' }: View = {}): Promise<void> {
    const api = new SeatApi([aWorkshop(1)], [aSeat('1')]);
    const guide = await FakeGuide.start(pageFiles());
    guide.viewer = { owner: 'Ada', portal: 'learner' };
    const findGuide = () => Promise.resolve({ host: '127.0.0.1', port: Number(new URL(guide.url).port) });
    const portal = await new PortalHarness(api, { findGuide }).start();
    const { cookie } = await portal.join('Ada');
    const context = await this.browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    await withoutLanguage(context);
    const [name = '', value = ''] = cookie.split('=', 2);
    await context.addCookies([{ name, value, url: portal.url }]);
    const page = await context.newPage();
    const found = misdeeds(page, `${portal.url}/s/${SEAT}/`);
    try {
      await page.goto(`${portal.url}/s/${SEAT}/`);
      await work({ api, portal, guide, context, page });
      expect(found.filter((line) => !line.endsWith('net::ERR_ABORTED'))).toEqual([]);
    } catch (error) {
      await picture(page, 'class-failed').catch(() => undefined);
      throw error;
    } finally {
      await context.close();
      await portal.stop();
      guide.stop();
    }
  }
}

/** Makes a page hidden or visible for its scripts. Playwright shows all pages. */
export async function setVisible(page: Page, isVisible: boolean): Promise<void> {
  await page.evaluate(
    (value) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, value });
      document.dispatchEvent(new Event('visibilitychange'));
    },
    isVisible ? 'visible' : 'hidden',
  );
}
