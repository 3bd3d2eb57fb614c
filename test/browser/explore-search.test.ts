// Tests the page "Explore" in a real browser: what its search and its address ask for, the time of a comparison, and
// how one trace is shown.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { violations } from '../support/browser/axe.ts';
import { Pages, picture } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';

jest.setTimeout(60_000);

const view: View = { width: 1280, scheme: 'light' };

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

const read = (page: Page, count: string) => page.getByText(`${count} traces, from`).waitFor();
const fitting = (page: Page) => page.locator('#part-traces').getByText(/fit the search$/);
const firstTrait = (page: Page) => page.locator('.comparison-table tbody tr').first();

test('finds traces by the name of any span, of the chosen service if there is one', () =>
  pages.with('operation', view, async (page) => {
    await page.goto('/explore#traces');
    await read(page, '600');
    await page.getByLabel('Operation', { exact: true }).fill('ROLLDICE');
    await page.getByText('600 traces', { exact: true }).waitFor();
    await page.locator('#trace-service').selectOption('prizes');
    await fitting(page)
      .getByText(/^0 of 600 traces/)
      .waitFor();
    await page.getByText('No span of prizes has “ROLLDICE” in its name. The names are: GET /prizes/:roll.').waitFor();
  }));

test('lists traces of wrong clocks with their day, and plots the others', () =>
  pages.with('clocks', { width: 390, scheme: 'dark' }, async (page, guide) => {
    guide.traces.hasWrongClocks = true;
    await page.goto('/explore#traces');
    await read(page, '602');
    const rows = page.locator('.trace-table tbody tr');
    expect(await rows.first().innerText()).toMatch(/\d{4}-\d\d-\d\d \d\d:/);
    await page
      .getByText(/^Not in the plot, but in the list: 1 trace until 1970-01-01 .*, and 1 trace from \d{4}-.* on\./)
      .waitFor();
    const labels = await page.locator('.scatter .axes text').allTextContents();
    expect(labels.filter((text) => /^\d{4}-/.test(text))).toEqual([]);
    await picture(page, 'explore-clocks');
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('At most (ms)', { exact: true }).fill('0');
    await fitting(page).getByText('1 of 602').waitFor();
    expect(await rows.first().innerText()).toMatch(/1970-01-01[^]*0 ms an end is before its start/);
    expect(await page.getByText('Not in the plot').count()).toBe(0);
  }));

test('shows the quantiles of a summary, and calls it one', () =>
  pages.with('summary', view, async (page) => {
    const quantiles = [
      { quantile: 0.5, value: 12 },
      { quantile: 0.99, value: 340 },
    ];
    const series = [{ attributes: {}, values: [null, 4], sums: [null, 90], quantiles, exemplars: [] }];
    const took = {
      service: 'dice',
      scope: 'timer',
      name: 'took',
      kind: 'summary',
      unit: 'ms',
      description: '',
      series,
    };
    await page.route('**/api/metrics?*', (route) =>
      route.fulfill({
        json: {
          ...{ times: [Date.now() - 10_000, Date.now()], step: 10_000, instruments: [took], services: ['dice'] },
          state: { signal: 'metrics', source: 'memory', since: 0, latest: Date.now(), dropped: [] },
        },
      }),
    );
    await page.goto('/explore#metrics');
    await page.getByText('A summary of the meter timer, in ms.').waitFor();
    const rows = page.getByRole('figure', { name: /^Quantiles:/ }).getByRole('row');
    expect(await rows.allInnerTexts()).toEqual(['Share of the values\tAt most', '50 %\t12 ms', '99 %\t340 ms']);
    await page.getByText('4 values, mean 22.5 ms', { exact: true }).waitFor();
  }));

test('says in Charts how many services have none', () =>
  pages.with('left-out', view, async (page) => {
    await page.route('**/api/charts?*', async (route) => {
      const charts = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...charts, leftOut: 110 } });
    });
    await page.goto('/explore');
    await page
      .getByText('110 services have no charts, because the guide has no room for so many: use few values of')
      .waitFor();
  }));

test('says at a field what is wrong with its number, and ignores it', () =>
  pages.with('numbers', { width: 390, scheme: 'dark' }, async (page) => {
    await page.goto('/explore#traces&min=-5');
    await read(page, '600');
    await page.getByText('The address has min=-5, which is ignored: expected milliseconds from 0 on.').waitFor();
    const least = page.getByLabel('At least (ms)', { exact: true });
    await least.fill('-1');
    const problem = page.locator('#trace-min-problem');
    await problem.getByText(/found -1\. Write one such as 500, or leave the field empty for any duration\.$/).waitFor();
    expect(await least.getAttribute('aria-invalid')).toBe('true');
    expect(await least.getAttribute('aria-describedby')).toBe('trace-min-problem');
    await page.getByText('600 traces', { exact: true }).waitFor();
    await picture(page, 'explore-numbers');
    expect(await violations(page)).toEqual([]);
    await least.fill('20');
    await page.getByLabel('At most (ms)', { exact: true }).fill('10');
    await page.getByText('Expected a number of milliseconds of 20 or more, found 10.').waitFor();
    for (const [text, found] of [
      ['', 'none'],
      ['-1', '-1'],
    ] as const) {
      await page.locator('#trace-slow').fill(text);
      await page.getByRole('button', { name: 'those of at least' }).click();
      await page.getByText(`of 0 or more, found ${found}. Write one such as 500.`).waitFor();
    }
    await page.getByText('no trace marked').waitFor();
  }));

test('shows what the address searches for beyond the fields, and removes it', () =>
  pages.with('beyond', view, async (page) => {
    const now = Date.now();
    await page.goto(`/explore#traces&service=prizes&status=500&spans=server&from=${now - 60_000}&until=${now}`);
    await page.getByText(/The address asks for traces with a server span of prizes .* HTTP status 500 from/).waitFor();
    await page.getByRole('button', { name: 'Search without that' }).click();
    await page.getByText('600 traces', { exact: true }).waitFor();
    expect(new URL(page.url()).hash).toBe('#traces&service=prizes');
    await page.goto('/explore#compare&service=prizes&status=zzz');
    await page.getByText('The address has status=zzz, which is ignored').waitFor();
    await page.getByText('No trace is marked.').waitFor();
  }));

test('compares only traces since a time, in both groups, and says how many it left out', () =>
  pages.with('since', view, async (page) => {
    await page.goto('/explore#compare&error=true');
    await page.getByText('16 marked traces (failed traces) and 584 others.').waitFor();
    const choice = page.getByLabel('Compare', { exact: true });
    await choice.focus();
    await choice.selectOption('those since the first marked one');
    await page
      .getByText(/^16 marked traces .* and \d\d others, since [\d:]+\. Left out: 5\d\d older traces, none/)
      .waitFor();
    await firstTrait(page).getByText('16 of 16 marked (100 %)').waitFor();
    await firstTrait(page).getByText('0 of', { exact: false }).first().waitFor();
    expect(new URL(page.url()).hash).toBe('#compare&error=true&since=marked');
    await page.reload();
    await page.getByText(/Left out: 5\d\d older traces, none of them marked\./).waitFor();
    await choice.selectOption('those since a time of day');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('compare-time');
    const clock = new Date(Date.now() - 45_000).toLocaleTimeString('en-GB');
    await page.locator('#compare-time').fill(clock);
    await page.locator('#compare-time').blur();
    await page.getByText(new RegExp(`since ${clock}\\. Left out: 5\\d\\d older traces, \\d+ of them marked`)).waitFor();
    await picture(page, 'explore-since');
    expect(await violations(page)).toEqual([]);
    await page.locator('#compare-time').fill(new Date(Date.now() + 600_000).toLocaleTimeString('en-GB'));
    await page.locator('#compare-time').blur();
    await page.getByText(/^16 marked traces .* and 584 others, since .* Left out: 0 older traces/).waitFor();
  }));

test('lists apart who began the traces, if the load began together with what fails', () =>
  pages.with('load', view, async (page, guide) => {
    guide.traces.loadRounds = 50;
    await page.goto('/explore#compare&error=true');
    await firstTrait(page).getByText('client.version=3.1.0').first().waitFor();
    const origins = page.getByRole('region', { name: 'Who began them' });
    await origins.getByText('service.name=guide').waitFor();
    const others = page.getByRole('region', { name: 'More common among the marked traces' });
    expect((await others.allInnerTexts()).join()).not.toContain('service.name=guide');
    await origins.getByRole('link', { name: 'Show these traces' }).first().click();
    await fitting(page)
      .getByText(/^50 of 600 traces/)
      .waitFor();
  }));

test('says how many traces there are to read, and no more than Jaeger keeps', () =>
  pages.with('keeps', view, async (page, guide) => {
    guide.traces.count = 900;
    guide.traces.keeps = 800;
    // Long enough that the page still reads when the test looks.
    guide.traces.delay = 1_500;
    await page.goto('/explore#traces');
    await page.getByText(/Reading… 200 of about 800 traces/).waitFor();
  }));

test('says that an id is no trace id, that Jaeger has no such trace, and that the page has no such part', () =>
  pages.with('explore-no-trace', { width: 390, scheme: 'light' }, async (page, guide) => {
    const traceId = guide.addTraceWithLogs();
    const status = page.locator('#part-trace .status');
    await page.goto('/explore#trace=zzz');
    await status.getByText('There is no trace “zzz”.').waitFor();
    await status.getByText(/Expected a trace id: 32 characters, each 0 to 9 or a to f\. Was it cut/).waitFor();
    await page.goto(`/explore#trace=${'0'.repeat(32)}`);
    await status
      .getByText(/^Jaeger has no trace 0+\. If the request was made just now: .* sampled out, .* If it is older: /)
      .waitFor();
    await status.getByRole('link', { name: 'Traces' }).waitFor();
    await picture(page, 'explore-no-trace');
    await page.goto(`/explore#trace=${traceId.toUpperCase()}&span=zzz`);
    await status.getByText(/It has no span zzz, which the address names/).waitFor();
    await page.goto('/explore#chart');
    await page.getByText('The address names “chart”, which is no part of this page.').waitFor();
    await page.goto('/explore#logs');
    await page.getByText('The address names “chart”').waitFor({ state: 'hidden' });
  }));

test('marks a span that failed by its HTTP status and by its own status, and says which', () =>
  pages.with('explore-marks', view, async (page, guide) => {
    const traceId = guide.addTraceWithLogs();
    guide.telemetry.records = [];
    await page.route(`**/api/explore/traces/${traceId}?*`, async (route) => {
      const answer = await route.fetch();
      const text = (await answer.text()).replace(/"http.response.status_code":200/, '"http.response.status_code":400');
      await route.fulfill({ response: answer, body: text });
    });
    await page.goto(`/explore#trace=${traceId}`);
    const marks = page.locator('.span-row .bad');
    await marks.first().waitFor();
    expect((await marks.allInnerTexts()).map((text) => text.trim())).toEqual(['400', '500 ERROR']);
    expect(await page.locator('.bar.failed').count()).toBe(2);
    await page.locator('.span-row', { hasText: '400' }).first().click();
    await page.getByText(/Its HTTP status is 400, so it counts as failed\. Its own status is not ERROR/).waitFor();
    await page.getByRole('heading', { name: 'No log lines', exact: true }).waitFor();
    await page.getByText(/and no log lines; /).waitFor();
    await picture(page, 'explore-marks');
  }));
