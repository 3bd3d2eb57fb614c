// Opens the guide's pages of a class in a real browser: a fake guide behind a real portal, for a person who has a seat.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { aSeat, aWorkshop } from '../../../apps/portal/testing/objects.ts';
import { PortalHarness } from '../../../apps/portal/testing/portal-harness.ts';
import { SeatApi } from '../../../apps/portal/testing/seat-api.ts';
import { repoRoot } from '../../../support/paths.ts';
import { launchBrowser, misdeeds, picture } from '../../support/browser/browser.ts';
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
  readonly assets: string;
  readonly browser: Browser;

  /** Bundles the pages' files and starts a browser. */
  static async open(): Promise<ClassPages> {
    const assets = mkdtempSync(join(tmpdir(), 'intro-otel-class-'));
    const build = join(repoRoot, 'apps', 'guide', 'web', 'build.ts');
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { status, stderr } = spawnSync(process.execPath, [build, assets], { encoding: 'utf8', env });
    if (status !== 0) throw new Error(`expected the pages to be bundled, found: ${stderr}`);
    return new ClassPages(assets, await launchBrowser());
  }

  private constructor(assets: string, browser: Browser) {
    this.assets = assets;
    this.browser = browser;
  }

  async close(): Promise<void> {
    await this.browser.close();
    rmSync(this.assets, { recursive: true, force: true });
  }

  /** Runs `work` with a class of one seat, and with a browser whose person has it. */
  async with(work: (room: Room) => Promise<void>, { width = 1280, colorScheme = 'light' }: View = {}): Promise<void> {
    const api = new SeatApi([aWorkshop(1)], [aSeat('1')]);
    const guide = await FakeGuide.start(this.assets);
    guide.viewer = { owner: 'Ada', portal: 'learner' };
    const findGuide = () => Promise.resolve({ host: '127.0.0.1', port: Number(new URL(guide.url).port) });
    const portal = await new PortalHarness(api, { findGuide }).start();
    const { cookie } = await portal.join('Ada');
    const context = await this.browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const [name = '', value = ''] = cookie.split('=', 2);
    await context.addCookies([{ name, value, url: portal.url }]);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
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
