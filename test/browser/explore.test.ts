// Tests the page "Explore" in a real browser: from a chart to a log line, live logs, metrics, and what the page says if
// something is wrong.
import { gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { PipelineHop } from '../../apps/guide/contract.ts';
import { EDITING, Pages, picture } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';

jest.setTimeout(60_000);

const view: View = { width: 1280, scheme: 'light' };

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');
const chartOf = (page: Page, name: string) => page.getByRole('group', { name, exact: true });
const hash = (page: Page) => new URL(page.url()).hash;

test('leads by keyboard from a chart to its exemplar, trace and log line, and back, at 390 px', () =>
  pages.with('explore-keyboard', { width: 390, scheme: 'dark' }, async (page, guide) => {
    const traceId = guide.addTraceWithLogs();
    await page.goto('/explore');
    const latency = chartOf(page, 'Latency of prizes');
    await latency.locator('.point').first().waitFor();
    // Tab stops once in each chart, and at its newest exemplar.
    while (!(await latency.evaluate((chart) => chart.contains(document.activeElement))))
      await page.keyboard.press('Tab');
    const newest = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(newest);
    await page.keyboard.press('Enter');

    await page.getByText('8 spans in arcade, dice, guide, prizes').waitFor();
    expect(hash(page)).toMatch(new RegExp(`^#trace=${traceId}&span=`));
    await page.waitForFunction(() => document.activeElement?.textContent === 'One trace');
    const press = async (text: RegExp) => {
      for (let presses = 0; presses < 80 && !text.test(await focused(page)); presses++)
        await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
    };
    await press(/^[\d.]+ ms ERROR prizes handles/);
    expect(await focused(page)).toContain('prizes handles GET /prizes/:roll');
    await press(/^Span: prizes GET/);
    const span = page.locator('.span-row', { hasText: 'prizes' });
    expect(await span.evaluate((row) => row === document.activeElement)).toBe(true);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toContain('prizes handles');

    await page.goBack();
    await page.waitForFunction(() => document.activeElement?.classList.contains('point'));
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(newest);
  }));

test('opens the trace of the exemplar that the reader clicks, again after a reload, and goes back', () =>
  pages.with('explore-click', view, async (page, guide) => {
    guide.addTraceWithLogs();
    await page.goto('/explore#charts');
    const failed = chartOf(page, 'Errors a second, by status of prizes').locator('.point.failed').last();
    await failed.waitFor();
    await failed.click();
    await page.locator('.span-row', { hasText: 'prizes' }).waitFor();
    await page.reload();
    await page.locator('.span-row', { hasText: 'prizes' }).waitFor();
    await page.getByText('a line of a span that is not in the trace').waitFor();
    await page.goBack();
    await failed.waitFor();
  }));

test('spreads exemplars that cover each other, so that the mouse reaches each of them', () =>
  pages.with('explore-crowd', view, async (page, guide) => {
    guide.addTraceWithLogs();
    guide.telemetry.crowd = 4;
    await page.goto('/explore#charts');
    const points = chartOf(page, 'Errors a second, by status of prizes').locator('.point.failed');
    await points.last().hover();
    await page.getByText(/ \(4 here\)$/).waitFor();
    const hidden = points.nth(-4);
    const href = await hidden.getAttribute('href');
    await picture(page, 'explore-crowd');
    await hidden.click();
    await page.locator('.span-row', { hasText: 'prizes' }).waitFor();
    expect(hash(page)).toBe(href);
    await page.goBack();
    await page.locator('.points.fanned').waitFor({ state: 'detached' });
  }));

test('says since when a service has no latency, instead of the value that it had then', () =>
  pages.with('explore-ended', view, async (page, guide) => {
    guide.telemetry.ended = { service: 'dice', intervals: 12 };
    await page.goto('/explore#charts');
    const latency = chartOf(page, 'Latency of dice');
    await latency.locator('.legend li', { hasText: /p99 none since \d\d:\d\d:\d\d/ }).waitFor();
    expect(await latency.locator('.sr').textContent()).toMatch(/Latest values: p99: none since \d\d:\d\d:\d\d;/);
    await page.getByText(/^Server spans\. The last of them were reported at \d\d:\d\d:\d\d\.$/).waitFor();
    await chartOf(page, 'Requests a second of dice').locator('.legend').getByText('0', { exact: true }).waitFor();
    await picture(page, 'explore-ended');
  }));

test('has the numbers and the exemplars of each chart in a table', () =>
  pages.with('explore-table', view, async (page, guide) => {
    const traceId = guide.addTraceWithLogs();
    await page.goto('/explore');
    const latency = chartOf(page, 'Latency of prizes');
    await latency.getByText('As a table').click();
    const rows = latency.getByRole('row');
    expect(await rows.first().locator('th').allTextContents()).toEqual(['Time', 'p99', 'p95', 'p50', 'Exemplars']);
    const newest = guide.telemetry
      .charts()
      .services.find(({ service }) => service === 'prizes')
      ?.latency.p99.at(-1);
    expect(await rows.nth(1).locator('td').first().textContent()).toBe(`${Math.round(newest ?? 0)} ms`);
    expect(await latency.getByRole('link', { name: /Error/ }).last().getAttribute('href')).toContain(traceId);
    expect(await latency.locator('.sr').textContent()).toMatch(/^Latency of prizes from .* Latest values: p99: /);
  }));

test('compares the traces of the part of a bar that the reader clicks, or of its status in the table', () =>
  pages.with('explore-bar', view, async (page) => {
    await page.goto('/explore');
    const errors = chartOf(page, 'Errors a second, by status of prizes');
    await errors.getByText('As a table').click();
    const links = errors
      .getByRole('row')
      .nth(1)
      .getByRole('link', { name: /^Compare those with/ });
    expect(await links.allTextContents()).toEqual(
      ['400', '500', 'error'].map((status) => `Compare those with ${status}`),
    );
    const expected = /^#compare&service=prizes&status=400&spans=server&from=(\d+)&until=(\d+)$/;
    const [, from, until] = expected.exec((await links.first().getAttribute('href')) ?? '') ?? [];
    expect(Number(until) - Number(from)).toBe(30_000);
    const all = await errors.locator('.bar-link').evaluateAll((found) => found.map((one) => one.getAttribute('href')));
    const plot = errors.locator('.u-over');
    const { x = 0, height = 0 } = (await plot.boundingBox()) ?? {};
    // Between the two newest points, because a point opens its trace instead.
    const points = await errors
      .locator('.point')
      .evaluateAll((found) => found.map((one) => one.getBoundingClientRect()).map((box) => box.x + box.width / 2));
    const [one = 0, other = 0] = points.sort((a, b) => b - a);
    await plot.hover({ position: { x: (one + other) / 2 - x, y: height - 3 } });
    const place = await plot.evaluate((over) => over.getBoundingClientRect().toJSON() as DOMRect);
    await page.mouse.down();
    // A hand is never quite still.
    await page.mouse.move((one + other) / 2 + 1, place.y + place.height - 4);
    await page.mouse.up();
    await page.getByRole('tab', { name: 'What do they share?', selected: true }).waitFor();
    expect(all).toContain(hash(page));
  }));

test('shows only the services that the reader chooses, also after a reload', () =>
  pages.with('explore-choice', view, async (page) => {
    await page.goto('/explore');
    await page.getByRole('checkbox', { name: 'dice' }).uncheck();
    await page.getByRole('region', { name: 'prizes' }).waitFor();
    expect(await page.getByRole('region', { name: 'dice' }).count()).toBe(0);
    await page.reload();
    await page.getByRole('region', { name: 'prizes' }).waitFor();
    expect(await page.getByRole('region', { name: 'dice' }).count()).toBe(0);
  }));

test('says in words that nothing arrives and what was dropped, and continues by itself after an error', () =>
  pages.with(
    'explore-troubles',
    view,
    async (page, guide) => {
      await page.clock.install();
      guide.telemetry.arrives = false;
      guide.telemetry.dropped = [
        { signal: 'metrics', hop: 'guide', reason: 'series', count: 12_345, example: 'a{user.id=17}' },
      ];
      await page.goto('/explore');
      await page.getByText(/No metrics have arrived since the guide started at .*, 40 min ago/).waitFor();
      await page.getByText('dropped 12,345 metric points of new series').waitFor();
      const why = page.getByRole('tabpanel').getByRole('link', { name: 'Why no telemetry?' });
      expect(await why.getAttribute('href')).toBe('why');
      for (const [status, text] of [
        [503, 'The guide is starting'],
        [0, 'The guide does not answer'],
      ] as const) {
        guide.telemetry.status = status;
        await page.clock.runFor(5_000);
        await page.getByText(text).waitFor();
      }
      Object.assign(guide.telemetry, { status: 200, arrives: true, dropped: [] });
      await page.clock.runFor(5_000);
      await chartOf(page, 'Latency of prizes').waitFor();
      await page.waitForFunction(() => document.querySelector('.state-note')?.textContent === '');
    },
    [503, 0],
  ));

test('says above the charts why they are missing: the cause, the place, and what to do', () =>
  pages.with('explore-reason', view, async (page, guide) => {
    guide.telemetry.arrives = false;
    guide.telemetry.dropped = [{ signal: 'logs', hop: 'collector', reason: 'size', count: 1, to: 'the guide' }];
    const place = 'collector.yaml, line 4';
    const says = `${place}: the pipeline metrics/red exports to debug only, so no charts come to the guide`;
    const broken = { ok: false, place, says, todo: 'Write exporters: [debug, otlp_http/guide] there, then Run.' };
    const isIt = ({ signal, name }: PipelineHop) => signal === 'charts' && name === 'collector';
    guide.lab.hops = guide.lab.hops.map((hop) => (isIt(hop) ? { ...hop, ...broken } : hop));
    await page.goto('/explore');
    const text = /The pipeline metrics\/red exports .* \(collector\.yaml, line 4\)\. To do: Write exporters: \[debug,/;
    await page.getByText(text).waitFor();
    await page.goto('/explore#logs');
    await page.getByText(/The Collector has dropped 1 log record, because .* 4 MiB.* Cut long texts/).waitFor();
  }));

test('asks nothing while the page is hidden', () =>
  pages.with('explore-hidden', view, async (page, guide) => {
    await page.clock.install();
    await page.goto('/explore');
    await chartOf(page, 'Latency of prizes').waitFor();
    const hide = (state: string) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await hide('hidden');
    const before = guide.telemetry.asked.length;
    await page.clock.runFor(60_000);
    expect(guide.telemetry.asked).toHaveLength(before);
    await Promise.all([page.waitForResponse(/api\/charts/), hide('visible')]);
  }));

test('shows log records live, keeps at most 500, and moves nothing while the reader reads older ones', () =>
  pages.with('explore-logs', view, async (page, guide) => {
    await page.clock.install();
    for (let at = 0; at < 600; at++) guide.telemetry.log({ body: `line ${at}` });
    await page.goto('/explore#logs');
    await page.getByText('line 599').waitFor();
    const rows = page.locator('.log-line');
    expect(await rows.count()).toBe(500);
    expect(await rows.last().innerText()).toMatch(/line 599 +roll\.value=1/);
    await page.locator('.log-scroller').evaluate((log) => log.scrollTo({ top: 400 }));
    guide.telemetry.log({ body: 'newer', severity: 'error' });
    await page.clock.runFor(1_000);
    await page.getByRole('button', { name: '1 newer record: show' }).waitFor();
    expect(await page.locator('.log-scroller').evaluate(({ scrollTop }) => scrollTop)).toBe(400);
    await page.getByRole('button', { name: '1 newer record: show' }).click();
    await page.getByText('newer', { exact: true }).waitFor();
    expect(await rows.count()).toBe(500);
    await page.getByRole('button', { name: 'Pause' }).click();
    guide.telemetry.log({ body: 'while paused' });
    await page.clock.runFor(5_000);
    expect(await page.getByText('while paused').count()).toBe(0);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('while paused').waitFor();
  }));

test('searches log records by text and severity, keeps the search in the URL, and opens the trace of a record', () =>
  pages.with('explore-search', view, async (page, guide) => {
    guide.addTraceWithLogs();
    guide.telemetry.log({ body: 'the shelf is full', severity: 'debug' });
    await page.goto('/explore#logs');
    await page.getByLabel('Text').fill('HANDLES');
    await page.getByLabel('Severity').selectOption('error');
    await page.waitForFunction(() => document.querySelectorAll('#part-logs .log-line').length === 2);
    expect(hash(page)).toBe('#logs&text=HANDLES&severity=error');
    await page.reload();
    await page.waitForFunction(() => document.querySelectorAll('#part-logs .log-line').length === 2);
    await page.getByRole('link', { name: 'Trace', exact: true }).first().click();
    await page.waitForFunction(() => document.activeElement?.classList.contains('span-row'));
    expect(await focused(page)).toContain('prizes');
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll('#part-logs .log-line').length === 2);
  }));

test('shows each instrument of dice as charts and as OTLP JSON, and says what to do if there is none', () =>
  pages.with('explore-metrics', view, async (page) => {
    await page.goto('/explore#metrics');
    const rolls = page.getByRole('region', { name: 'dice.rolls', exact: true });
    await rolls.getByText('How often each number was rolled. A counter of the meter dice, in {roll}.').waitFor();
    for (const title of ['Rate, a second', 'Total']) await rolls.getByRole('heading', { name: title }).waitFor();
    await rolls.getByText('As OTLP JSON').click();
    await rolls.getByText('"resourceMetrics"').waitFor();
    const duration = page.getByRole('region', { name: 'dice.roll.duration' });
    await duration.getByText('177 values, mean 7 ms, p50 about').waitFor();
    expect(await duration.getByRole('row', { name: '5 to 10 ms 60' }).count()).toBe(1);
    await page.getByRole('combobox', { name: 'Service' }).selectOption('prizes');
    await page.getByText('The guide has no metrics that prizes has made itself.').waitFor();
    expect(hash(page)).toBe('#metrics&service=prizes');
  }));

test('moves between the tabs with the arrow keys, and shows the part that the URL names', () =>
  pages.with('explore-tabs', view, async (page) => {
    await page.goto('/explore#metrics');
    await page.getByRole('tab', { name: 'Metrics', selected: true }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'Logs', selected: true }).waitFor();
    expect([hash(page), await focused(page)]).toEqual(['#logs', 'Logs']);
    await page.goBack();
    await page.getByRole('tab', { name: 'Metrics', selected: true }).waitFor();
    await page.getByText('dice.rolls').first().waitFor();
  }));

test('loads at most 60 kB of scripts, compressed, and leaves the chart library out of the front page', () =>
  pages.with('explore-size', view, async (page) => {
    /** Returns the scripts of a page that shows the selected element. Workers are no part of the page. */
    const scripts = async (path: string, selector: string) => {
      const loaded: Promise<string>[] = [];
      page.on('response', (response) => {
        if (/^(?!.*worker).*\.js$/.test(response.url())) loaded.push(response.text());
      });
      await page.goto(path);
      await page.locator(selector).first().waitFor();
      page.removeAllListeners('response');
      return (await Promise.all(loaded)).join('');
    };
    expect(await scripts(EDITING, '.cm-content')).not.toContain('u-over');
    const explore = await scripts('/explore', '.u-over');
    expect(explore).toContain('u-over');
    expect(gzipSync(explore).length).toBeLessThan(60_000);
  }));

test("shows whatever a learner's code sends as text, and lets no long text widen the page", () =>
  pages.with('explore-hostile', { width: 390, scheme: 'light' }, async (page, guide) => {
    const text = `<img src=x onerror="document.title='ran'"><style>*{display:none}</style>${'x'.repeat(400)}`;
    guide.telemetry.services = [text];
    guide.telemetry.dropped = [{ signal: 'metrics', hop: 'guide', reason: 'series', count: 3, example: text }];
    const record = { service: text, scope: text, severityText: text, body: text, eventName: text };
    guide.telemetry.log({ ...record, attributes: { [text]: text }, resource: { [text]: text } });
    guide.traces.learnersText = text;
    for (const part of ['charts', 'traces', 'compare&error=true', 'metrics', 'logs']) {
      await page.goto(`/explore#${part}`);
      await page.getByText('<img src=x onerror=').first().waitFor({ state: 'attached' });
      expect(await page.locator('main img, main style').count()).toBe(0);
      expect([part, await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth))]).toEqual(
        [part, 0],
      );
    }
    expect(await page.title()).toContain('Explore');
  }));
