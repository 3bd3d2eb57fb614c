// Tests a step's buttons and the panels beside it as a learner uses them, including with the keyboard alone.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { PipelineHop } from '../../apps/guide/contract.ts';
import { waitFor } from '../../support/waiting.ts';
import { Pages, typeInEditor } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';

jest.setTimeout(60_000);

const view: View = { width: 1280, scheme: 'dark' };
const small: View = { width: 390, scheme: 'light' };
const laptop: View = { width: 1366, height: 768, scheme: 'light' };

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

const title = (page: Page, text: string) => page.getByRole('heading', { name: text, exact: true }).waitFor();

describe.each([view, small])('a step, on a page of $width px', (here) => {
  test('starts a step, explains why its check fails, then passes it and links to the next step', () =>
    pages.with('step', here, async (page, guide) => {
      const words = { expected: 'a span GET /visit', found: 'nothing at the Collector', hint: 'Look at settings.env.' };
      guide.lab.verdicts = [
        {
          passed: false,
          hop: 'collector',
          finding: 'collector',
          ...words,
          requirements: [
            { text: 'dice to answer', state: 'met' },
            { text: 'a span GET /visit', state: 'unmet' },
            { text: 'a metric', state: 'unknown' },
          ],
        },
      ];
      await page.goto('/#04-automatic');
      await title(page, '4. Automatic instrumentation');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('button', { name: 'Check', exact: true }).waitFor();
      await page.getByLabel('Which exporter').fill('console');
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      const verdict = page.locator('.verdict');
      for (const text of [
        'Not yet. The problem is at the Collector.',
        'a span GET /visit',
        'nothing at the Collector',
        'Look at settings.env.',
      ])
        await verdict.getByText(text).first().waitFor();
      expect(await verdict.locator('.requirements li').allInnerTexts()).toEqual([
        expect.stringMatching(/^✓\s+dice to answer\s*, done$/) as string,
        expect.stringMatching(/^✗\s+a span GET \/visit\s*, not yet$/) as string,
        expect.stringMatching(/^\?\s+a metric\s*, not checked yet$/) as string,
      ]);
      expect(await verdict.getByRole('link', { name: 'Why is there no telemetry?' }).getAttribute('href')).toBe('why');
      expect(await page.getByLabel('Which exporter').inputValue()).toBe('console');
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await verdict.getByText('Verified.').waitFor();
      await page.getByText('Steps: 1 of 11 verified').waitFor();
      await page
        .getByRole('navigation', { name: 'Previous and next step' })
        .getByRole('link', { name: /^5\./ })
        .click();
      await title(page, '5. Exporter, Collector, Jaeger');
      expect(await page.title()).toBe('5. Exporter, Collector, Jaeger · intro-otel');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('step-title');
    }));

  test("plays a round, and shows the data of each span, also in the slide deck's JSON format", () =>
    pages.with('trace', here, async (page) => {
      await page.goto('/');
      await page.getByRole('button', { name: 'Play a round' }).click();
      await page.getByText('You rolled a 4 and won a plush bear (prizes 1.4.0).').waitFor();
      await page.getByRole('status').getByText('8 spans in arcade, dice, guide, prizes').waitFor();
      expect(await page.getByRole('link', { name: 'Open this trace in Jaeger' }).getAttribute('href')).toMatch(
        /^jaeger\/trace\/[0-9a-f]{32}$/,
      );
      const prizes = page.locator('.span-row', { hasText: 'prizes' });
      expect(await prizes.textContent()).toMatch(/, level 5, 1 event/);
      await prizes.click();
      for (const text of ['the shelf is empty', 'node.pool', 'exception.message'])
        await page.locator('.span-details').getByText(text).first().waitFor();
      expect(await page.locator('.span-details .lines').textContent()).toBe(
        'Error: the shelf is empty\n    at take (shelf.js:7:9)',
      );
      await page.getByText('The span as JSON').click();
      const json = JSON.parse((await page.locator('.json pre').textContent()) ?? '') as object;
      expect(json).toMatchObject({
        name: 'GET /prizes/:roll',
        kind: 'SpanKind.SERVER',
        status: { status_code: 'ERROR' },
        events: [{ name: 'exception' }],
      });
    }));
});

test("asks the learner before a skip replaces the learner's files", () =>
  pages.with('skip', view, async (page, guide) => {
    await page.goto('/#06-manual');
    await title(page, '6. Manual instrumentation');
    await typeInEditor(page, '// mine\n');
    await page.getByRole('button', { name: 'Skip to here' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(guide.changes).toEqual([]);
    await page.getByRole('button', { name: 'Skip to here' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Skip' }).click();
    await page.getByRole('button', { name: 'Check', exact: true }).waitFor();
    await page.waitForFunction(() => document.getElementById('unsaved')?.textContent === '');
    expect(guide.changes).toEqual(['POST /api/course/06-manual/skip']);
  }));

test('asks the learner before it resets the whole course', () =>
  pages.with('reset', view, async (page, guide) => {
    guide.lab.check('01-set-up');
    await page.goto('/');
    await page.getByText('Steps: 1 of 11 verified').click();
    await page.getByRole('button', { name: 'Reset the whole course' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reset everything' }).click();
    await page.getByText('Steps: 0 of 11 verified').waitFor();
  }));

test('enters a library as the answer when the learner picks it from the search results', () =>
  pages.with('search', small, async (page) => {
    await page.goto('/#03-opentelemetry');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByLabel('Search the installed libraries').fill('express');
    await page.getByRole('button', { name: 'Pick @opentelemetry/instrumentation-express' }).click();
    expect(await page.getByLabel('Which of the installed libraries').inputValue()).toBe(
      '@opentelemetry/instrumentation-express',
    );
  }));

test("shows the step's kubectl commands on request, ready to copy", () =>
  pages.with('kubectl', view, async (page) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto('/#04-automatic');
    const copy = page
      .getByText('node /app/course.js start')
      .locator('xpath=ancestor::div[1]')
      .getByRole('button', { name: 'Copy this code' });
    expect(await copy.isHidden()).toBe(true);
    await page.getByText('The same with kubectl').click();
    await copy.click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      'kubectl -n intro-otel exec deploy/lab-guide -- node /app/course.js start 04-automatic\n',
    );
  }));

test('explains why a round has failed, and draws its trace', () =>
  pages.with(
    'lost-round',
    view,
    async (page, guide) => {
      await page.goto('/');
      await page.route('**/api/rounds', (route) =>
        route.fulfill({ status: 504, json: { error: 'no answer within 500 ms', trace: guide.lab.newTrace('round') } }),
      );
      await page.getByRole('button', { name: 'Play a round' }).click();
      await page.getByText('The round was lost: no answer within 500 ms').waitFor();
      await page.locator('.span-row', { hasText: 'prizes' }).waitFor();
    },
    [504],
  ));

test('asks its questions once the step has started, and keeps unsent answers when the page is reloaded', () =>
  pages.with('answers', small, async (page) => {
    await page.goto('/#02-read-a-trace');
    await page.getByText('The questions of this step then appear here.').waitFor();
    expect(await page.getByLabel('Name of the slowest span').count()).toBe(0);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('group', { name: 'Which service made the root span?' }).getByLabel('arcade').check();
    await page.getByLabel('Name of the slowest span').fill('GET /prizes');
    await page.getByLabel('Whose child is').selectOption('visitors');
    await page.reload();
    await page.getByRole('heading', { name: '2. Read a trace' }).waitFor();
    expect(await page.getByLabel('arcade').first().isChecked()).toBe(true);
    expect(await page.getByLabel('Name of the slowest span').inputValue()).toBe('GET /prizes');
    expect(await page.getByLabel('Whose child is').inputValue()).toBe('visitors');
  }));

test('leads back to the trace that the questions are about, or starts again with a new one', () =>
  pages.with('subject', view, async (page, guide) => {
    await page.goto('/#02-read-a-trace');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    const begun = (other?: string) =>
      waitFor('the trace of the step', () => {
        const { traceId } = guide.lab.step('02-read-a-trace') ?? {};
        return traceId === other ? undefined : traceId;
      });
    const first = await begun();
    const own = page.locator('.trace-links code').filter({ hasText: first });
    await own.waitFor();
    await page.getByRole('button', { name: '/visit', exact: true }).click();
    await page.locator('.span-row', { hasText: 'dice GET /visit' }).waitFor();
    await page.getByRole('button', { name: 'Show its trace' }).click();
    await own.waitFor();
    await page.getByRole('button', { name: 'Start again' }).click();
    await own.waitFor({ state: 'detached' });
    await page.locator('.trace-links code', { hasText: await begun(first) }).waitFor();
    expect(guide.changes.filter((change) => change.endsWith('/start'))).toHaveLength(2);
  }));

test('scrolls to the whole verdict of a check', () =>
  pages.with('verdict-in-sight', laptop, async (page, guide) => {
    const words = { expected: 'a span', found: 'none', hint: 'Press Run.' };
    const requirement = { text: 'a span that the step asks for, with its attribute', state: 'unmet' as const };
    guide.lab.verdicts = [
      {
        passed: false,
        hop: 'shape',
        finding: 'shape',
        ...words,
        requirements: [requirement, requirement, requirement],
      },
    ];
    await page.goto('/#06-manual');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    for (const last of ['not yet', 'Verified.']) {
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await page.locator('.verdict').getByText(last).last().waitFor();
      expect(
        await page.locator('.verdict').evaluate((verdict) => {
          const pane = verdict.closest('.course')?.getBoundingClientRect();
          const { top, bottom } = verdict.getBoundingClientRect();
          return pane !== undefined && top >= pane.top && bottom <= Math.min(pane.bottom, innerHeight);
        }),
      ).toBe(true);
    }
  }));

test('wraps the message of an error at the edge of the editor, also below a long line', () =>
  pages.with('long-message', laptop, async (page) => {
    await page.goto('/');
    await typeInEditor(page, `oops\n// ${'a long comment '.repeat(20)}\n`);
    await page.keyboard.press('Control+Enter');
    const message = page.locator('.cm-problem-message');
    await message.waitFor();
    expect(
      await message.evaluate(
        (box) => box.getBoundingClientRect().right <= (box.closest('.cm-scroller')?.getBoundingClientRect().right ?? 0),
      ),
    ).toBe(true);
  }));

test('says on the page Lab at which level dice runs, which settings.env may have changed', () =>
  pages.with('lab-level', small, async (page, guide) => {
    guide.lab.edit({ 'settings.env': 'INSTRUMENTATION=none\nINSTRUMENTATION=manual\n' });
    await page.goto('/lab');
    await page.getByText('Your settings.env sets dice to manual.').waitFor();
  }));

test('sets the load and the faults, and shows why the guide refuses a value', () =>
  pages.with(
    'settings',
    small,
    async (page, guide) => {
      await page.goto('/');
      await page.getByLabel('Load: extra rounds').fill('60');
      await page.getByRole('button', { name: 'Set' }).click();
      await page.getByText('60 a minute are played').waitFor();
      await page.getByText('Faults to find').click();
      await page.getByRole('switch', { name: 'A spike of 400s and 500s' }).check();
      await page.getByText('“A spike of 400s and 500s” is on').waitFor();
      expect([guide.lab.perMinute, guide.lab.faults[0]?.on]).toEqual([60, true]);
      await page.route('**/api/faults', async (route) => {
        if (route.request().method() === 'GET') return route.continue();
        guide.lab.setFault('spike', true); // this news arrives before the refusal
        await page.locator('#fault-spike:checked').waitFor();
        await route.fulfill({ status: 503, json: { error: 'expected the API server to answer' } });
      });
      await page.getByRole('switch', { name: 'A spike of 400s and 500s' }).click();
      await page.getByText('expected the API server to answer').waitFor();
      expect(await page.getByRole('switch', { name: 'A spike of 400s and 500s' }).isChecked()).toBe(true);
    },
    [503],
  ));

test('names the first hop that loses telemetry and what to do, for each signal', () =>
  pages.with('why', small, async (page, guide) => {
    const none = { ok: false, says: 'OTEL_METRICS_EXPORTER is none.', todo: 'Set it to otlp in settings.env.' };
    const isBroken = ({ signal, name }: PipelineHop) => signal === 'metrics' && name === 'exporter';
    guide.lab.hops = guide.lab.hops.map((hop) => (isBroken(hop) ? { ...hop, ...none } : hop));
    await page.goto('/why');
    await page.getByRole('status').getByText('Begin with this one: Exporter, in dice, for metrics.').waitFor();
    await page.getByText('Set it to otlp in settings.env.').waitFor();
    expect((await page.getByRole('heading', { level: 2 }).allInnerTexts()).at(-1)).toBe('Charts');
    await page.getByRole('button', { name: 'Look again' }).click();
  }));

test('lets the learner reach the header, Start, the editor, Run and a span with the keyboard alone', () =>
  pages.with('keyboard', view, async (page, guide) => {
    await page.goto('/#04-automatic');
    await title(page, '4. Automatic instrumentation');
    await page.locator('.cm-content').waitFor();
    const press = async (key: string, until: string) => {
      for (let times = 0; times < 40; times += 1) {
        await page.keyboard.press(key);
        const reached = await page.evaluate(() => {
          const active = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
          return active?.getAttribute('aria-label') ?? active?.textContent ?? '';
        });
        if (reached.trim().startsWith(until)) return;
      }
      throw new Error(`expected ${key} to reach “${until}”, but it did not`);
    };
    await press('Tab', 'Skip to the content');
    await press('Tab', 'Start');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Check', exact: true }).waitFor();
    await press('Tab', 'settings.env, text of the file');
    await page.keyboard.type('# by keyboard\n');
    await page.keyboard.press('Escape');
    await press('Shift+Tab', 'Run');
    await page.keyboard.press('Enter');
    await page.locator('.span-row').nth(2).waitFor();
    await press('Tab', 'guide POST');
    await page.keyboard.press('Enter');
    await page.getByText('Status: UNSET').waitFor();
    expect(guide.lab.files['settings.env']).toMatch(/^# by keyboard\n/);
  }));
