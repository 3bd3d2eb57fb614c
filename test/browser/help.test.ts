// Tests the help for a learner who is stuck, the way back to earlier versions of a file, and the commands of a step for
// each shell.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { renderStep } from '../../course/engine/render-step.ts';
import { repoRoot } from '../../support/paths.ts';
import { EDITING, Pages, typeInEditor } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';

jest.setTimeout(60_000);

const views: View[] = [
  { width: 1366, scheme: 'light' },
  { width: 390, scheme: 'dark' },
];
const [view = { width: 1366, scheme: 'light' as const }] = views;

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

describe.each(views)('the help of a step, on a page of $width px', (here) => {
  test('shows one hint after another, then the solution next to the file, which Undo brings back', () =>
    pages.with('help', here, async (page, guide) => {
      await page.goto('/#06-manual');
      await press(page, 'Start');
      await page.getByRole('tab', { name: 'app.ts' }).click();
      await typeInEditor(page, '// mine\n');
      await page.getByText('If you are stuck').click();
      await press(page, 'Show a hint');
      await page.getByText('Which file sets the exporters?').waitFor();
      await press(page, 'Show another hint');
      await press(page, 'Compare with the solution');
      await page.locator('.difference .ins', { hasText: '+const sides = 6;' }).waitFor();
      await page.locator('.difference .del', { hasText: '−// mine' }).waitFor();
      await press(page, 'Put this app.ts into the editor');
      await page.getByText('Not saved: app.ts').waitFor();
      await page.locator('.cm-line', { hasText: 'const sides = 6;' }).waitFor();
      await page.locator('.cm-content').press('Control+z');
      await page.locator('.cm-line', { hasText: '// mine' }).waitFor();
      expect(guide.changes).toEqual([
        'POST /api/course/06-manual/start',
        'POST /api/course/06-manual/hints',
        'POST /api/course/06-manual/hints',
        'POST /api/course/06-manual/solution',
      ]);
      await page.reload();
      await page.getByText('If you are stuck').click();
      await page.getByText('Which file sets the exporters?').waitFor();
    }));
});

/** The steps whose texts have tables, as the guide's image has them. */
const withTables = ['03-opentelemetry', '06-manual', '07-span-methods'].map((id) => {
  const text = readFileSync(join(repoRoot, 'course', 'steps', id, 'step.md'), 'utf8');
  return { id, html: renderStep(id, text).html };
});

/** Returns the code in tables that the page breaks at another place than a blank or a sign. */
const brokenCode = (page: Page): Promise<string[]> =>
  page.locator('.prose td code').evaluateAll((codes) => {
    const topsOf = (code: Element): { character: string; top: number }[] => {
      const texts = [...code.childNodes].filter((node) => node instanceof Text);
      return texts.flatMap((text) =>
        [...text.data].map((character, index) => {
          const range = document.createRange();
          range.setStart(text, index);
          range.setEnd(text, index + 1);
          return { character, top: range.getBoundingClientRect().top };
        }),
      );
    };
    return codes
      .filter((code) =>
        topsOf(code).some(
          ({ top }, index, all) =>
            index > 0 && top > (all[index - 1]?.top ?? 0) && /[a-z\d]/i.test(all[index - 1]?.character ?? ''),
        ),
      )
      .map((code) => code.textContent);
  });

test.each([
  [1920, 450],
  [1366, 400],
  [390, 300],
])("breaks no word of a table's code on a page of %d px, and shows the text %d px wide at least", (width, least) =>
  pages.with('tables', { width, height: 1080, scheme: 'light' }, async (page, guide) => {
    for (const { id, html } of withTables) Object.assign(guide.lab.step(id) ?? {}, { html });
    for (const { id } of withTables) {
      await page.goto(`/#${id}`);
      await page.locator('.step h2', { hasText: `${Number(id.slice(0, 2))}. ` }).waitFor();
      const text = page.locator('.prose', { has: page.locator('table') });
      expect(await brokenCode(page)).toEqual([]);
      expect(await text.evaluate(({ clientWidth }) => clientWidth)).toBeGreaterThan(least);
    }
  }),
);

test('brings back what a file was before a step replaced it', () =>
  pages.with('earlier', view, async (page, guide) => {
    guide.lab.kept = [{ from: 'before-08-context', file: 'app.ts', text: '// of step 7\n' }];
    await page.goto(EDITING);
    await page.locator('.cm-content').waitFor();
    await page.getByText('Earlier versions').click();
    await page.getByText('app.ts before step 8').waitFor();
    await press(page, 'Compare');
    await page.locator('.difference .ins', { hasText: '// of step 7' }).waitFor();
    await press(page, 'Put this app.ts into the editor');
    await page.getByText('Not saved: app.ts').waitFor();
    expect(await page.locator('.cm-line').first().textContent()).toBe('// of step 7');
  }));

test('shows the commands of the shell that the learner chooses, with the keyboard too, and remembers it', () =>
  pages.with('shells', view, async (page) => {
    await page.goto('/#04-automatic');
    await page.getByText('The same with kubectl').click();
    const shown = (text: string) => page.locator('.commands pre:visible', { hasText: text });
    await shown('[ -s settings.env ]').waitFor();
    expect(await shown('if not exist').count()).toBe(0);
    await page.getByRole('tab', { name: 'bash' }).focus();
    await page.keyboard.press('ArrowRight');
    await shown('cmd /c "if not exist').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('PowerShell');
    expect(await shown('[ -s').count()).toBe(0);
    await shown('course.js start 04-automatic').waitFor();
    await page.reload();
    await page.getByText('The same with kubectl').click();
    await shown('cmd /c "if not exist').waitFor();
  }));
