// Runs axe-core on every page, in every state that looks different, at two widths, in light and dark mode. The narrow
// pages are below a prefix, as behind a portal, and must stay there.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { violations } from '../support/browser/axe.ts';
import type { FakeGuide } from './fakes/fake-guide.ts';
import { Pages, picture, schemes, typeInEditor, widths } from './fakes/pages.ts';

jest.setTimeout(60_000);

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

interface State {
  name: string;
  path: string;
  reach: (page: Page, guide: FakeGuide) => Promise<void>;
  answers?: number[];
}

/** Sends a request that makes three traces. */
async function askApart(page: Page, guide: FakeGuide): Promise<void> {
  guide.lab.apart = ['dice', 'prizes'];
  await page.getByLabel('Another path').fill('/server_request?param=a');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByText('One request, 3 traces').waitFor();
}

const states: State[] = [
  { name: 'first-sight', path: './', reach: (page) => page.getByRole('heading', { name: '1. Set up' }).waitFor() },
  { name: 'course', path: './?step=04-automatic', reach: (page) => page.locator('.cm-content').waitFor() },
  {
    name: 'verdict',
    path: './#02-read-a-trace',
    reach: async (page, guide) => {
      guide.lab.verdicts = [
        {
          passed: false,
          hop: 'shape',
          finding: 'shape',
          expected: 'arcade',
          found: 'dice',
          hint: 'The root has no parent.',
          requirements: [
            { text: 'the root', state: 'unmet' },
            { text: 'the slowest span', state: 'met' },
            { text: 'a parent', state: 'unknown' },
          ],
        },
      ];
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await page.getByText('The root has no parent.').waitFor();
      await page.getByText('The same with kubectl').click();
      await page.getByRole('button', { name: 'Play a round' }).click();
      await page.locator('.span-row', { hasText: 'prizes' }).click();
      await page.getByText('The span as JSON').click();
      await page.getByText('Faults to find').click();
    },
  },
  {
    name: 'quality',
    path: './',
    reach: async (page, guide) => {
      guide.lab.hasFindings = true;
      await page.getByRole('button', { name: 'Play a round' }).click();
      await page.getByText('http.method is deprecated').first().waitFor();
      await page.getByText(/^Score: /).click();
      await page.locator('#quality').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'help',
    path: './#06-manual',
    reach: async (page, guide) => {
      guide.lab.kept = [{ from: 'before-08-context', file: 'app.ts', text: '// of step 7\n' }];
      guide.lab.verdicts = [
        { passed: false, hop: 'shape', finding: 'shape', expected: 'a span', found: 'none', hint: 'End it.' },
      ];
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByText('If you are stuck').click();
      await page.getByRole('button', { name: 'Show a hint' }).click();
      await page.getByRole('button', { name: 'Show another hint' }).click();
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await page.getByText('End it.').waitFor();
      await page.getByText('The same with kubectl').click();
      await page.getByText('Earlier versions').click();
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      await page.locator('.difference').waitFor();
      guide.lab.edit({ 'settings.env': '# theirs\n' });
      await page.getByText('From before the last change of your files').waitFor();
    },
  },
  {
    name: 'conflict',
    path: './',
    answers: [409],
    reach: async (page, guide) => {
      await typeInEditor(page, 'oops\n');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.locator('.cm-problem-message').waitFor();
      await typeInEditor(page, '// mine\n');
      guide.lab.edit({ 'app.ts': '// theirs\n' });
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('Their app.ts').click();
    },
  },
  {
    name: 'search',
    path: './#03-opentelemetry',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByText('2 of the installed libraries').waitFor();
    },
  },
  {
    name: 'before-after',
    path: './?step=06-manual',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Play a round' }).click();
      await page.locator('.span-row', { hasText: 'prizes' }).waitFor();
      await typeInEditor(page, '# mine\n');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByRole('button', { name: 'Compare with before the last Run' }).click();
      await page.getByRole('region', { name: 'Now' }).locator('.span-row').last().click();
    },
  },
  {
    name: 'pieces',
    path: './?step=08-context',
    reach: async (page, guide) => {
      await askApart(page, guide);
      await page.getByRole('listitem').filter({ hasText: 'the parent of prizes' }).locator('.span-row').click();
    },
  },
  {
    name: 'seen',
    path: './?step=07-span-methods',
    reach: async (page, guide) => {
      await page.getByText('a first line').waitFor();
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('button', { name: 'Check', exact: true }).waitFor();
      const requirements = Array.from({ length: 10 }, (_, index) => ({
        text: `requirement ${index}`,
        seen: index > 3,
      }));
      guide.lab.see({ step: '07-span-methods', requirements });
      await page.getByText('Seen in your requests: 6 of 10').waitFor();
    },
  },
  {
    name: 'dialog',
    path: './#05-collector',
    reach: async (page) => page.getByRole('button', { name: 'Skip to here' }).click(),
  },
  {
    name: 'lab',
    path: 'lab',
    reach: async (page) => {
      await page.getByText('prizes: does not answer').waitFor();
      await page.getByRole('button', { name: 'Roll the dice' }).click();
      await page.getByText('See the trace of this round').waitFor();
    },
  },
  {
    name: 'explore-charts',
    path: 'explore',
    reach: async (page, guide) => {
      guide.telemetry.dropped = [
        { signal: 'metrics', hop: 'guide', reason: 'series', count: 12_345, example: 'a{user.id=17}' },
      ];
      guide.addTraceWithLogs();
      await page.reload();
      const latency = page.getByRole('group', { name: 'Latency of prizes' });
      await latency.getByText('As a table').click();
      await latency.locator('.point').last().focus();
      await page.getByText('dropped 12,345').waitFor();
    },
  },
  {
    name: 'explore-silent',
    path: 'explore',
    reach: async (page, guide) => {
      guide.telemetry.arrives = false;
      await page.reload();
      await page.getByText('No metrics have arrived').waitFor();
    },
  },
  {
    name: 'explore-trace',
    path: 'explore',
    reach: async (page, guide) => {
      await page.goto(`explore#trace=${guide.addTraceWithLogs()}`);
      await page.reload();
      await page.locator('.span-row', { hasText: 'prizes' }).click();
      await page.locator('.log-line summary').first().click();
    },
  },
  {
    name: 'explore-metrics',
    path: 'explore#metrics',
    reach: async (page) => {
      await page.getByText('As OTLP JSON').first().click();
      await page.getByText('"resourceMetrics"').waitFor();
    },
  },
  {
    name: 'explore-logs',
    path: 'explore#logs',
    reach: async (page, guide) => {
      guide.addTraceWithLogs();
      await page.locator('#part-logs .log-line summary').last().click();
    },
  },
  {
    name: 'learnt',
    path: 'learnt',
    reach: async (page, guide) => {
      guide.lab.delay = 0;
      for (const id of ['01-set-up', '08-context']) guide.lab.check(id);
      await page.reload();
      await page.locator('.tree summary', { hasText: 'prizes' }).click();
    },
  },
  { name: 'why', path: 'why', reach: (page) => page.getByText('Every hop works').waitFor() },
  {
    name: 'traces',
    path: 'traces',
    reach: async (page, guide) => {
      guide.lab.newTrace('round');
      await page.reload();
      await page.getByText('POST /api/rounds').waitFor();
    },
  },
  {
    name: 'one-trace',
    path: 'traces',
    reach: async (page, guide) => {
      guide.lab.delay = 0;
      await page.goto(`traces/${guide.lab.newTrace('round')}`);
      await page.locator('summary', { hasText: 'prizes' }).click();
    },
  },
];

// A page measures its width while it loads, so each width needs a fresh page. Light and dark mode need no new page.
const places = widths.map((width) => ({ width, prefix: width === 390 ? '/s/class-5-ada' : '' }));

describe.each(places)('a page of the guide at $width px below "$prefix/"', ({ width, prefix }) => {
  test.each(states)(
    'has no axe violation in the state "$name", in light and dark mode',
    ({ name, path, reach, answers }) =>
      pages.with(
        `axe-${name}`,
        { width, scheme: 'light', prefix },
        async (page, guide) => {
          await page.goto(path);
          await reach(page, guide);
          const found: Record<string, string[]> = {};
          for (const scheme of schemes) {
            await page.emulateMedia({ colorScheme: scheme });
            found[scheme] = await violations(page);
            await picture(page, `pages-axe-${name}-${width}-${scheme}`);
          }
          expect(found).toEqual({ light: [], dark: [] });
        },
        answers,
      ),
  );
});
