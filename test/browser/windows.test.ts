// Tests many windows of one browser. Over HTTP/1.1 a browser opens six connections to one origin, and an event stream
// keeps one of them.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../../support/waiting.ts';
import { ClassPages, SEAT, setVisible } from './fakes/class-pages.ts';
import { EDITING } from './fakes/pages.ts';

jest.setTimeout(60_000);

let pages: ClassPages;
beforeAll(async () => {
  pages = await ClassPages.open();
});
afterAll(() => pages?.close());

const bar = (page: Page) => page.getByRole('complementary', { name: 'Your class' });

test('works in 8 windows that are visible at the same time, with one stream for all', async () => {
  await pages.with(async ({ context, guide, page, portal }) => {
    const others = await Promise.all(Array.from({ length: 7 }, () => context.newPage()));
    const windows = [page, ...others];
    await Promise.all(windows.map((one) => one.goto(`${portal.url}/s/${SEAT}${EDITING}`)));
    await Promise.all(windows.map((one) => one.locator('.cm-content').waitFor()));
    for (const one of windows) {
      await one.locator('#log').getByText('a first line').waitFor();
      await one.getByRole('button', { name: 'Play a round' }).click();
      await one.locator('#answer').getByText('plush bear').waitFor();
      await bar(one).getByText('I am stuck').waitFor();
    }
    guide.lab.setLoad(60);
    await Promise.all(windows.map((one) => one.getByText('60 a minute are played').waitFor()));
    expect(guide.lab.listeners).toBe(1);
    await Promise.all(others.map((other) => other.close()));
    guide.lab.setLoad(30);
    await page.getByText('30 a minute are played').waitFor();
    await page.goto(`${portal.url}/s/${SEAT}/lab`);
    await eventually(() => expect(guide.lab.listeners).toBe(0), { within: 5_000 });
  });
});

test('works in 8 tabs of one browser at the same time', async () => {
  await pages.with(async ({ context, guide, page, portal }) => {
    await bar(page).waitFor();
    const tabs = await Promise.all(Array.from({ length: 7 }, () => context.newPage()));
    const open = async (tab: Page): Promise<void> => {
      // A tab that is opened in the background is hidden from the start. Playwright shows all tabs.
      await tab.addInitScript(
        "Object.defineProperty(document, 'visibilityState', { configurable: true, value: 'hidden' })",
      );
      await tab.goto(`${portal.url}/s/${SEAT}${EDITING}`);
      await tab.locator('.cm-content').waitFor();
    };
    await Promise.all(tabs.map(open));
    expect(guide.lab.listeners).toBe(1);
    for (const tab of tabs) {
      await setVisible(page, false);
      await setVisible(tab, true);
      await tab.getByRole('button', { name: 'Play a round' }).click();
      await tab.locator('#answer').getByText('plush bear').waitFor();
      await bar(tab).getByText('I am stuck').waitFor();
      await setVisible(tab, false);
    }
    await eventually(() => expect(guide.lab.listeners).toBe(0), { within: 5_000 });
  });
});
