// Tests the guide's pages as an instructor sees them who looks into a learner's lab: nothing is offered that the guide
// refuses, and nothing is sent.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { waitFor } from '../../support/waiting.ts';
import { violations } from '../support/browser/axe.ts';
import type { FakeGuide } from './fakes/fake-guide.ts';
import { Pages, picture, schemes, widths } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';

jest.setTimeout(60_000);

const wide: View = { width: 1280, scheme: 'light' };

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

/** Opens a page as an instructor, whose learner has started a step with questions, or one with files. */
async function lookIn(page: Page, guide: FakeGuide, path: string, portal: 'instructor' | 'takeover' = 'instructor') {
  guide.viewer = { owner: 'Ada', portal };
  guide.lab.begin('02-read-a-trace', 'start');
  guide.lab.begin('06-manual', 'start');
  guide.lab.setLoad(30);
  await page.goto(path);
}

const names = (page: Page): Promise<string[]> =>
  page.locator('main :is(button, a[href^="api"], a[href^="apps"], input, select):visible').evaluateAll((all) =>
    all
      .filter((one) => !(one as HTMLInputElement).disabled)
      .map((one) => one.id || one.textContent.trim())
      .filter((name) => !['Copy', ''].includes(name)),
  );

test('offers an instructor what reads, and nothing that changes the lab', () =>
  pages.with('look-in-controls', wide, async (page, guide) => {
    await lookIn(page, guide, './#06-manual');
    await page.locator('.cm-content').waitFor();
    await page.getByText('30 a minute are played').waitFor();
    for (const part of ['Steps: 0 of', 'If you are stuck', 'Faults to find', 'Earlier versions'])
      await page.getByText(part).click();
    await page.getByRole('button', { name: 'Show a hint' }).click();
    await page.getByRole('button', { name: 'Show another hint' }).click();
    expect((await names(page)).toSorted()).toEqual([
      'app.ts',
      'log-large',
      'log-of',
      'log-pause',
      'log-search',
      'quality-look',
      'settings.env',
      'tab-app.ts',
      'tab-collector.yaml',
      'tab-settings.env',
    ]);
    expect(await page.locator('#fault-spike').isDisabled()).toBe(true);
    expect(guide.changes).toEqual([]);
  }));

test('lets an instructor read the code, and keeps no draft of what is typed', () =>
  pages.with('look-in-editor', wide, async (page, guide) => {
    await lookIn(page, guide, './#06-manual');
    await page.locator('.cm-content').click();
    const before = await page.locator('.cm-content').innerText();
    await page.keyboard.type('mine');
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Control+s');
    expect(await page.locator('.cm-content').innerText()).toBe(before);
    guide.lab.edit({ 'app.ts': '// theirs\n' });
    await page.locator('.cm-line', { hasText: '// theirs' }).waitFor();
    expect([guide.changes, await page.evaluate('localStorage.length')]).toEqual([[], 0]);
  }));

test("shows an instructor the learner's last verdict, at once and when the learner checks again", () =>
  pages.with('look-in-verdict', wide, async (page, guide) => {
    const failed = {
      passed: false,
      hop: 'shape',
      finding: '06-manual/no-span',
      expected: 'a span do_roll for each roll',
      found: 'GET /rolldice',
      hint: 'Is it ended?',
    } as const;
    guide.lab.verdicts = [failed, { ...failed, found: 'no span at all' }];
    guide.lab.begin('06-manual', 'start');
    guide.lab.check('06-manual');
    guide.viewer = { owner: 'Ada', portal: 'instructor' };
    await page.goto('./#06-manual');
    await page.locator('#verdict', { hasText: 'GET /rolldice' }).waitFor();
    await waitFor('a page that listens', () => guide.lab.listeners > 0 || undefined);
    await page.locator('.cm-content').waitFor();
    guide.lab.check('06-manual');
    await page.locator('#verdict', { hasText: 'no span at all' }).waitFor();
    expect(await page.locator('#verdict').innerText()).toContain('a span do_roll for each roll');
    guide.lab.begin('06-manual', 'reset');
    await page.locator('#verdict:empty').waitFor({ state: 'attached' });
  }));

test('shows the questions of a step, but has no answers of the learner and takes none', () =>
  pages.with('look-in-questions', wide, async (page, guide) => {
    await lookIn(page, guide, './#02-read-a-trace');
    await page.getByText('The answers are in the browser of the learner').waitFor();
    const fields = page.locator('.questions :is(input, select)');
    expect(await fields.count()).toBeGreaterThan(0);
    expect(await fields.evaluateAll((all) => all.every((one) => (one as HTMLInputElement).disabled))).toBe(true);
  }));

test.each(['instructor', 'takeover'] as const)('keeps the export and the apps for the learner: %s', (portal) =>
  pages.with(`look-in-own-${portal}`, wide, async (page, guide) => {
    await lookIn(page, guide, './lab', portal);
    await page.getByText('arcade: answers').waitFor();
    const isWorking = portal === 'takeover';
    expect(await page.getByRole('button', { name: 'Roll the dice' }).isVisible()).toBe(isWorking);
    expect(await page.locator('a[href^="apps/"]:visible').count()).toBe(0);
    await page.goto('./#06-manual');
    await page.locator('.cm-content').waitFor();
    await page.getByText('Steps: 0 of').click();
    expect(await page.getByRole('link', { name: 'Download my work' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Run', exact: true }).isVisible()).toBe(isWorking);
  }),
);

describe.each(['#06-manual', 'explore', 'lab', 'why'])('the page %s of a lab that is looked into', (path) => {
  const views = widths.flatMap((width) => schemes.map((scheme) => ({ width, scheme })));
  test.each(views)('has no violation and the banner above its content at $width px, $scheme', ({ width, scheme }) => {
    const name = path.replace('#', '');
    return pages.with(`look-in-${name}`, { width, scheme, prefix: '/s/otel-1' }, async (page, guide) => {
      await lookIn(page, guide, `./${path}`);
      await page
        .locator({ '#06-manual': '.cm-content', why: '#hops', lab: '#parts', explore: '.uplot' }[path] ?? '')
        .first()
        .waitFor();
      const left = (selector: string) =>
        page
          .locator(selector)
          .first()
          .evaluate((one) => one.getBoundingClientRect().left + parseFloat(getComputedStyle(one).paddingLeft));
      const banner = await page.locator('body > .note').evaluate((one) => one.getBoundingClientRect().left);
      expect(Math.abs(banner - (await left('main')))).toBeLessThan(1);
      await picture(page, `pages-look-in-${name}-${width}-${scheme}`);
      expect(await violations(page)).toEqual([]);
    });
  });
});
