// Tests the panel "Telemetry quality" of the front page in a real browser.
import { jest } from '@jest/globals';
import { EDITING, Pages } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';

jest.setTimeout(60_000);

const views: View[] = [
  { width: 1280, scheme: 'light' },
  { width: 390, scheme: 'dark', prefix: '/s/class-5-ada' },
];

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

describe.each(views)('telemetry quality, on a page of $width px', (view) => {
  test('lists findings after a request, and leads from each to its span and its line', () =>
    pages.with('quality', view, async (page, guide) => {
      guide.lab.hasFindings = true;
      await page.goto(`.${EDITING}`);
      await page.locator('.cm-content').waitFor();
      await page.getByRole('button', { name: '/rolldice' }).click();
      const finding = page.locator('.finding', { hasText: 'http.method is deprecated' });
      await finding.getByText('on 3 spans, such as do_roll').waitFor();
      await page.getByText(/3 findings, 1 of them against the semantic conventions/).waitFor();
      expect(await page.locator('.finding').allTextContents()).toHaveLength(3);

      await page.locator('.span-findings').first().getByText('http.method is deprecated').waitFor();
      const row = page.locator('.span-row', { hasText: 'dice' }).first();
      await finding.getByRole('button', { name: 'Show the span' }).click();
      await page.locator('.span-row:focus').waitFor();
      expect(await page.locator('.span-row:focus').getAttribute('aria-expanded')).toBe('true');
      await row.waitFor();

      await page.getByRole('tab', { name: 'settings.env' }).click();
      await finding.getByRole('button', { name: 'Go to app.ts, line 2' }).click();
      await page.getByRole('tab', { name: 'app.ts', selected: true }).waitFor();

      await page.getByText(/^Score: \d/).click();
      await page.getByText('Metrics have a unit of UCUM. MET-002, Important, not kept').waitFor();
    }));

  test('advises nothing if there is nothing to say, and forgets findings with the next Run', () =>
    pages.with('quality-none', view, async (page, guide) => {
      guide.lab.hasFindings = true;
      await page.goto(`.${EDITING}`);
      await page.locator('.cm-content').waitFor();
      await page.getByRole('button', { name: '/rolldice' }).click();
      await page.locator('.finding').first().waitFor();
      guide.lab.hasFindings = false;
      await page.locator('.cm-content').click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('// better\n');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText(/of dice: nothing to advise/).waitFor();
      expect(await page.locator('.finding, .span-findings').count()).toBe(0);
    }));
});
