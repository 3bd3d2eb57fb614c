// Tests what a person sees of the course page without scrolling, that each step has a title and a URL of its own, and
// that a person answers questions about a trace by choosing its spans.
import { gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { EDITING, Pages } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';

jest.setTimeout(60_000);

const laptop: View = { width: 1366, height: 768, scheme: 'light' };

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

/** Returns those of the elements that are not wholly in sight: outside the window, or scrolled out of a column. */
const outOfSight = (page: Page, selectors: readonly string[]): Promise<string[]> =>
  page.evaluate((all) => {
    const isSeen = (one: Element): boolean => {
      const { top, bottom, left, right, height } = one.getBoundingClientRect();
      const column = (one.closest('.course-text, .results, #code') ?? document.documentElement).getBoundingClientRect();
      const [from, to] = [Math.max(0, column.top), Math.min(innerHeight, column.bottom)];
      return height > 0 && top >= from && bottom <= to + 1 && left >= 0 && right <= innerWidth;
    };
    return all.flatMap((selector) => {
      const found = [...document.querySelectorAll(selector)];
      if (found.length === 0) return [`${selector}: not there`];
      return found.filter((one) => !isSeen(one)).map((one) => `${selector}: ${one.textContent.slice(0, 40)}`);
    });
  }, selectors);

const ALWAYS = ['.what', '#step-title', '.task', '#step-actions button', '#play'];

test('shows a newcomer what this is, the task, the next button and the trace of a round, without scrolling', () =>
  pages.with('first-sight', laptop, async (page) => {
    await page.goto('/');
    await heading(page, '1. Set up');
    expect(await outOfSight(page, ALWAYS)).toEqual([]);
    expect(await page.locator('#code, #step-list').filter({ visible: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Play a round' }).click();
    await page.locator('.span-row').nth(7).waitFor();
    expect(await outOfSight(page, [...ALWAYS, '#trace-words', '.span-row'])).toEqual([]);
    expect(await page.evaluate(() => [scrollY, document.getElementById('results')?.scrollTop])).toEqual([0, 0]);
  }));

test('has the editor, the log and the trace beside each other in a step that edits files', () =>
  pages.with('beside', laptop, async (page) => {
    await page.goto(EDITING);
    await page.locator('.cm-content').waitFor();
    await page.getByRole('button', { name: 'Play a round' }).click();
    await page.locator('.span-row').nth(7).waitFor();
    expect(await outOfSight(page, [...ALWAYS, '#run', '#editor', '#log', '.span-row'])).toEqual([]);
    const none = { x: 0, y: 0, width: 0, height: 0 };
    const boxOf = async (id: string) => (await page.locator(id).boundingBox()) ?? none;
    const [editor, trace, log] = [await boxOf('#editor'), await boxOf('#trace'), await boxOf('#log')];
    expect(editor.x + editor.width).toBeLessThan(trace.x);
    expect([editor.height > 150, log.height > 100]).toEqual([true, true]);
  }));

test('shows the editor on request in a step that edits nothing, and hides it in the next such step', () =>
  pages.with('show-files', laptop, async (page) => {
    await page.goto('/?step=01-set-up');
    await page.getByRole('button', { name: 'Show your files' }).click();
    await page.locator('.cm-content').waitFor();
    await page.getByRole('link', { name: /^2\. .*→$/ }).click();
    await heading(page, '2. Read a trace');
    expect(await page.locator('#code').isHidden()).toBe(true);
  }));

test('has the faults in sight in the step about them', () =>
  pages.with('faults-in-sight', laptop, async (page) => {
    await page.goto('/?step=10-troubleshooting');
    await page.getByRole('switch').first().waitFor();
    expect(await outOfSight(page, ['#per-minute', '#faults input', '#trace h2'])).toEqual([]);
  }));

describe.each(['', '/s/class-5-ada'])('the URL and the title of a step, below "%s/"', (prefix) => {
  test('outlive a reload, the history, other pages, and links to parts of the page', () =>
    pages.with('step-url', { ...laptop, width: 900, prefix }, async (page) => {
      const at = async (id: string, title: string): Promise<void> => {
        await heading(page, title);
        const { pathname, search } = new URL(page.url());
        expect([pathname, search, await page.title()]).toEqual([`${prefix}/`, `?step=${id}`, `${title} · intro-otel`]);
      };
      await page.goto('./#03-opentelemetry');
      await at('03-opentelemetry', '3. OpenTelemetry');
      await page.getByRole('link', { name: /^4\. .*→$/ }).click();
      await at('04-automatic', '4. Automatic instrumentation');
      await page.reload();
      await at('04-automatic', '4. Automatic instrumentation');
      await page.getByRole('link', { name: 'Trace', exact: true }).click();
      await page.waitForURL('**#trace');
      await page.reload();
      await at('04-automatic', '4. Automatic instrumentation');
      await page.goBack();
      await page.goBack();
      await at('03-opentelemetry', '3. OpenTelemetry');
      await page.goForward();
      await at('04-automatic', '4. Automatic instrumentation');
      await page.getByRole('link', { name: 'Explore' }).click();
      await page.waitForURL('**/explore*');
      await page.getByRole('link', { name: 'Course' }).click();
      await at('04-automatic', '4. Automatic instrumentation');
    }));
});

test('leads from the last step to what was learnt, and from there to a step, by keyboard', () =>
  pages.with('learnt', laptop, async (page, guide) => {
    guide.lab.delay = 0;
    guide.lab.check('08-context');
    await page.goto('/?step=11-next-steps');
    await page.getByRole('link', { name: 'What you have learnt →' }).press('Enter');
    await heading(page, 'What you have learnt');
    expect([new URL(page.url()).pathname, await page.title()]).toEqual([
      '/learnt',
      'What you have learnt · intro-otel',
    ]);
    await page.getByText('1 of 11 steps is verified.').waitFor();
    await page.locator('.tree summary', { hasText: 'prizes' }).press('Enter');
    await page.getByText('the shelf is empty').first().waitFor();
    await page.getByRole('link', { name: '8. Context', exact: true }).press('Enter');
    await heading(page, '8. Context');
    await page.locator('#steps > summary').press('Enter');
    await page.locator('#steps').getByRole('link', { name: 'What you have learnt' }).press('Enter');
    await heading(page, 'What you have learnt');
  }));

test('takes clicks on spans for answers, one question after the other, and only on spans of its own trace', () =>
  pages.with('pick-spans', laptop, async (page, guide) => {
    const questions = ['The root', 'Name a parent…', '…and one of its children'];
    const step = guide.lab.step('02-read-a-trace');
    Object.assign(step ?? {}, { questions: questions.map((label, index) => ({ name: `q${index}`, label })) });
    await page.goto('/?step=02-read-a-trace');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    const row = (text: string) => page.locator('.span-row', { hasText: text });
    await row('prizes').waitFor();
    await page.getByRole('button', { name: 'Answer by clicking spans' }).click();
    await page.getByText('Now click in the trace: The root').waitFor();
    await row('guide POST /api/rounds').click();
    await page.getByText('Now click in the trace: Name a parent…').waitFor();
    await row('arcade GET /play').press('Enter');
    await row('dice GET /rolldice').click();
    await page.getByText('Each question has an answer. Press Check.').waitFor();
    expect(await page.locator('.span-details:visible').count()).toBe(0);
    const answers = await page
      .locator('.questions input')
      .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
    expect(answers).toEqual([
      expect.stringMatching(/^guide POST \/api\/rounds \([0-9a-f]{16}\)$/),
      expect.stringMatching(/^arcade GET \/play \([0-9a-f]{16}\)$/),
      expect.stringMatching(/^dice GET \/rolldice \([0-9a-f]{16}\)$/),
    ]);
    await row('prizes').click();
    await page.locator('.span-details:visible').first().waitFor();
    await page.getByRole('button', { name: '/visit', exact: true }).click();
    await row('dice GET /visit').waitFor();
    await page.getByRole('button', { name: 'Answer by clicking spans' }).click();
    await row('dice GET /visit').click();
    await page.getByText('That is another trace').waitFor();
  }));

test('scrolls a long verdict in its column, and not the window', () =>
  pages.with('long-verdict', laptop, async (page, guide) => {
    guide.lab.begin('06-manual', 'start');
    const requirements = Array.from({ length: 12 }, (_, index) => ({ text: `Part ${index}`, state: 'unmet' as const }));
    const words = 'a span do_roll for each roll, '.repeat(20);
    guide.lab.verdicts = [
      {
        passed: false,
        hop: 'shape',
        finding: '06-manual/no-span',
        expected: words,
        found: words,
        hint: words,
        requirements,
      },
    ];
    await page.goto(EDITING);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.locator('#verdict', { hasText: 'Part 11' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
  }));

test('paints the page within a second, before the editor loads, and loads less than 500 kB', () =>
  pages.with('weight', { ...laptop, language: true }, async (page) => {
    const bodies: Promise<{ path: string; body: Buffer }>[] = [];
    page.on('response', (response) => {
      const path = new URL(response.url()).pathname;
      // The worker of the editor comes after the page, and has a test of its own.
      if (!/^.api.run$|language-worker/.test(path)) bodies.push(response.body().then((body) => ({ path, body })));
    });
    await page.goto(EDITING);
    await page.locator('.cm-content').waitFor();
    page.removeAllListeners('response');
    // The headless browser does not load the icon by itself.
    const icon = await page.request.get((await page.locator('link[rel="icon"]').getAttribute('href')) ?? '');
    expect([icon.status(), icon.headers()['content-type']]).toEqual([200, 'image/svg+xml']);
    bodies.push(icon.body().then((body) => ({ path: 'icon', body })));
    const sizes = (await Promise.all(bodies)).map(({ path, body }) => ({ path, size: gzipSync(body).length }));
    const total = sizes.reduce((sum, { size }) => sum + size, 0);
    const times = await page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
      editor:
        performance.getEntriesByType('resource').find(({ name }) => name.includes('/codemirror-'))?.startTime ?? 0,
    }));
    process.stdout.write(
      `front page: ${(total / 1000).toFixed(0)} kB gzipped in ${sizes.length} answers, first paint after ` +
        `${times.paint.toFixed(0)} ms, editor requested after ${times.editor.toFixed(0)} ms\n`,
    );
    expect(total).toBeLessThan(500_000);
    expect(times.paint).toBeLessThan(1_000);
    expect(sizes.some(({ path }) => path.includes('codemirror'))).toBe(true);
  }));
