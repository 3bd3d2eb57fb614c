// Tests the parts "Traces" and "What do they share?" of the page "Explore" in a real browser.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { violations } from '../support/browser/axe.ts';
import { Pages, picture, schemes, widths } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';

jest.setTimeout(60_000);

const view: View = { width: 1280, scheme: 'light' };

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

const rowsOf = (page: Page) => page.locator('.trace-table tbody tr');
const read = (page: Page, count: string) => page.getByText(`${count} traces, from`).waitFor();
const fitting = (page: Page) => page.locator('#part-traces').getByText(/fit the search$/);
const firstTrait = (page: Page) => page.locator('.comparison-table tbody tr').first();

test('lists all traces, and searches them by service, operation, duration, error and attribute', () =>
  pages.with('traces', view, async (page) => {
    await page.goto('/explore#traces');
    await read(page, '600');
    expect(await rowsOf(page).count()).toBe(50);
    const search = async (label: string, text: string, words: RegExp) => {
      await page.getByLabel(label, { exact: true }).fill(text);
      await fitting(page).getByText(words).waitFor();
      await page.getByLabel(label, { exact: true }).fill('');
    };
    await search('Attribute', 'client.version=3.1.0 & service.version=2.0.0', /^164 of 600 traces/);
    await search('At least (ms)', '600', /^7 of 600 traces/);
    await search('Operation', 'nothing', /^0 of 600 traces/);
    await page.getByLabel('Only failed').check();
    await fitting(page)
      .getByText(/^16 of 600 traces/)
      .waitFor();
    expect(new URL(page.url()).hash).toBe('#traces&error=true');
    await page.reload();
    await fitting(page)
      .getByText(/^16 of 600 traces/)
      .waitFor();
    await page.getByRole('button', { name: 'Duration', exact: true }).click();
    expect(await page.getByRole('columnheader', { name: 'Duration' }).getAttribute('aria-sort')).toBe('descending');
  }));

test('shows what failed traces share: both parts of the pair first, with counts; the status and the pods apart', () =>
  pages.with('compare', view, async (page) => {
    await page.goto('/explore#traces');
    await read(page, '600');
    await page.getByRole('button', { name: 'failed ones' }).click();
    await page.getByText('16 traces marked').waitFor();
    await page.getByRole('button', { name: 'What do they share?' }).click();
    const trait = firstTrait(page);
    await trait.getByText('16 of 16 marked (100 %)').waitFor();
    const text = await trait.innerText();
    for (const words of ['client.version=3.1.0', 'service.version=2.0.0', '148 of 584 others (25 %)'])
      expect(text).toContain(words);
    await page.getByText('16 marked traces (failed traces) and 584 others.').waitFor();
    const ended = page.getByRole('region', { name: 'How they ended' });
    await ended.first().getByText('http.response.status_code=500').waitFor();
    const places = page.getByRole('region', { name: 'Where they ran' }).getByRole('row').nth(1);
    expect(await places.innerText()).toMatch(/k8s\.pod\.name=arcade-new arcade[^]*44 of 584 others \(8 %\)/);
    await trait.getByRole('link', { name: 'Show these traces' }).click();
    await fitting(page)
      .getByText(/^164 of 600 traces/)
      .waitFor();
  }));

test('skips to the content of the open part by keyboard, and moves the focus into a part that a link opens', () =>
  pages.with('explore-focus', view, async (page) => {
    const address = '/explore#traces&error=true';
    await page.goto(address);
    await read(page, '600');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.id === 'content');
    await page.waitForFunction(() => location.hash === '#traces&error=true');
    expect(await page.getByRole('tab', { name: 'Traces', selected: true }).count()).toBe(1);

    await page.getByRole('button', { name: 'failed ones' }).click();
    await page.getByRole('button', { name: 'What do they share?' }).press('Enter');
    const isHeading = (text: string) =>
      page.waitForFunction((words) => document.activeElement?.textContent === words, text);
    await isHeading('What do the marked traces share?');
    await firstTrait(page).getByRole('link', { name: 'Show these traces' }).press('Enter');
    await isHeading('Traces');
    const row = rowsOf(page).first().getByRole('link');
    const id = await row.getAttribute('id');
    await row.press('Enter');
    await isHeading('One trace');
    await page.goBack();
    await page.locator('#part-traces').getByText('600 traces, from').waitFor();
    await page.waitForFunction((known) => document.activeElement?.id === known, id);
    await page.goBack();
    await page.locator('#part-compare').getByText('600 traces, from').waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent === 'Show these traces');
  }));

test('says why no trace has an attribute, and labels no time then', () =>
  pages.with('unknown-attribute', view, async (page) => {
    await page.goto('/explore#traces&attribute=status_code');
    await read(page, '600');
    await page
      .getByText('No trace has the attribute status_code. Similar ones are: http.response.status_code. Write')
      .waitFor();
    expect(await page.locator('.scatter .axes').getByText(/:/).count()).toBe(0);
    await page.getByLabel('Attribute', { exact: true }).fill('service.version=9');
    await page.getByText('No trace has service.version=9. Its values are:').waitFor();
  }));

test('says at the field for attributes what it expects, what it found, and an example that works', () =>
  pages.with('attribute-form', view, async (page) => {
    await page.goto('/explore#traces');
    await read(page, '600');
    const field = page.getByLabel('Attribute', { exact: true });
    const described = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
    const words = (await Promise.all(described.map((id) => page.locator(`#${id}`).innerText()))).join(' ');
    expect(words).toMatch(/write name=value, such as service\.name=arcade, .* comparisons such as >, are not searched/);
    const found = page.locator('#trace-attribute-found');
    for (const [text, answer] of [
      ['=500', /^Expected name=value, found “=500”\. .* Write http\.response\.status_code=500\.$/],
      ['>=400', /^Expected name=value, found “>=400”\. Only = is searched/],
      ['error=true', /^No trace has the attribute error\. For failed traces, choose “Only failed”\./],
      ['http.response.status_code=500', /^16 traces have http\.response\.status_code=500\.$/],
      ['prizes:service.version=2.0.0', /^\d+ traces have prizes:service\.version=2\.0\.0\.$/],
    ] as const) {
      await field.fill(text);
      await found.getByText(answer).waitFor();
    }
  }));

test('offers only services that sent something, under the same names in each part', () =>
  pages.with('services', view, async (page, guide) => {
    guide.telemetry.services = ['arcade', 'prizes', 'visitors'];
    guide.telemetry.log({ service: 'prizes' });
    const offered = (label: string) => page.locator(`#${label} option`).allTextContents();
    await page.goto('/explore#metrics');
    await page.locator('#metrics-service option', { hasText: 'visitors' }).waitFor({ state: 'attached' });
    expect(await offered('metrics-service')).toEqual(['dice (sent nothing)', 'arcade', 'prizes', 'visitors']);
    await page.goto('/explore#logs');
    await page.locator('#log-service option', { hasText: 'prizes' }).waitFor({ state: 'attached' });
    expect(await offered('log-service')).toEqual(['all', 'prizes']);
    await page.goto('/explore#traces');
    await read(page, '600');
    expect(await offered('trace-service')).toEqual(['all', 'arcade', 'dice', 'prizes', 'visitors']);
  }));

test('marks traces that are read later by the same filter, but not those beside a box', () =>
  pages.with('later', view, async (page, guide) => {
    await page.goto('/explore#traces');
    await read(page, '600');
    await page.getByRole('button', { name: 'failed ones' }).click();
    await page.getByText('16 traces marked: failed traces, those read later too').waitFor();
    guide.traces.newer = 4;
    await page.getByRole('button', { name: 'Read new traces' }).click();
    await page.getByText('17 traces marked: failed traces, those read later too').waitFor();
    await page.getByRole('button', { name: 'What do they share?' }).click();
    await page.getByText('17 marked traces (failed traces) and 587 others.').waitFor();
    await page.getByRole('tab', { name: 'Traces' }).click();
    await page
      .getByRole('checkbox', { name: /^Mark the trace of/ })
      .first()
      .click();
    await page.getByText(/^1[68] traces marked: traces that you chose$/).waitFor();
  }));

test('marks the traces in a box that is dragged in the scatter plot, and warns that they are few', () =>
  pages.with('drag', view, async (page) => {
    await page.goto('/explore#traces');
    await read(page, '600');
    const { x, y, width } = (await page.locator('.scatter').boundingBox()) ?? { x: 0, y: 0, width: 0 };
    await page.mouse.move(x + 60, y + 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 5, y + 70, { steps: 4 });
    await page.mouse.up();
    await page.getByText('7 traces marked').waitFor();
    await page.getByRole('button', { name: 'What do they share?' }).click();
    await page.getByText('Only 7 marked: so few traces may share something by chance.').waitFor();
    await page.getByText('No row of this part differs by more than chance.').first().waitFor();
  }));

test('goes through the scatter plot with the keyboard: marks a trace, and opens it', () =>
  pages.with(
    'scatter-keys',
    view,
    async (page) => {
      await page.goto('/explore#traces');
      await read(page, '600');
      await page.locator('.scatter').focus();
      for (const key of ['Home', 'ArrowRight', 'ArrowUp', 'Space']) await page.keyboard.press(key);
      await page.getByText('1 trace marked').waitFor();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => /^#trace=[0-9a-f]{32}$/.test(location.hash));
      await page.goBack();
      await page.getByText('1 trace marked').waitFor();
    },
    // The fake Jaeger has no spans of this trace.
    [404],
  ));

test('marks the traces with a span of the service and the status that a part of an error bar stands for', () =>
  pages.with('bar', view, async (page, guide) => {
    guide.traces.hasRefusals = true;
    const until = Date.now();
    const bar = (service: string, status: string, from: number, to: number) =>
      page.goto(`/explore#compare&service=${service}&status=${status}&spans=server&from=${from}&until=${to}`);
    await bar('prizes', '500', until - 35_000, until);
    const words = (service: string, status: string) =>
      `\\(traces with a server span of ${service} that ended with HTTP status ${status} from [\\d:]+ to [\\d:]+\\)`;
    await page.getByText(new RegExp(`^1[0-9] marked traces ${words('prizes', '500')}`)).waitFor();
    await firstTrait(page).getByText('client.version=3.1.0').first().waitFor();
    // No span of these traces has status ERROR.
    await bar('arcade', '404', until - 70_000, until);
    await page.getByText(new RegExp(`^[34] marked traces ${words('arcade', '404')}`)).waitFor();
    await bar('arcade', '500', until - 70_000, until);
    await page.getByText('No trace is marked: there are no traces with a server span of arcade that').waitFor();
  }));

test('stays responsive while it reads and compares 2,000 traces, and says how far it is', () =>
  pages.with('responsive', view, async (page, guide) => {
    guide.traces.count = 2_000;
    guide.traces.more = 60;
    guide.traces.delay = 30;
    await page.goto('/explore#compare&error=true');
    // The longest time between two frames, from now on.
    await page.evaluate(() => {
      const state = { longest: 0, last: performance.now() };
      Object.assign(window, { frames: state });
      const look = () => {
        const now = performance.now();
        [state.longest, state.last] = [Math.max(state.longest, now - state.last), now];
        requestAnimationFrame(look);
      };
      look();
    });
    await page.getByText(/Reading… [\d,]+ of about [12],\d00 traces, back to/).waitFor();
    await page.getByText(/^Compared in \d+ ms\.$/).waitFor();
    await read(page, '2,000');
    const took = Number(/\d+/.exec(await page.locator('.compare-time').innerText())?.[0]);
    const longest = await page.evaluate(() => (window as unknown as { frames: { longest: number } }).frames.longest);
    expect([took < 1_000, longest < 500]).toEqual([true, true]);
    expect(guide.traces.asked).toHaveLength(10);
  }));

test('says why no traces can be read, and reads them when asked again', () =>
  pages.with(
    'unread',
    view,
    async (page) => {
      await page.route('**/api/explore/traces?*', (route) =>
        route.fulfill({ status: 502, json: { error: 'Jaeger does not answer.' } }),
      );
      await page.goto('/explore#traces');
      await page.getByText('Jaeger does not answer. Press “Read new traces” to try again.').waitFor();
      await page.unroute('**/api/explore/traces?*');
      await page.getByRole('button', { name: 'Read new traces' }).click();
      await read(page, '600');
    },
    [502],
  ));

describe.each(widths)('at %i px', (width) => {
  test.each(schemes)('has no accessibility violation, and nothing too wide, in the %s theme', (scheme) =>
    pages.with(`explore-traces-${scheme}`, { width, scheme }, async (page) => {
      await page.goto('/explore#traces');
      await read(page, '600');
      await page.getByRole('button', { name: 'failed ones' }).click();
      await page.getByText('16 traces marked').waitFor();
      await picture(page, `explore-traces-${scheme}-${width}`);
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'What do they share?' }).click();
      await firstTrait(page).waitFor();
      await picture(page, `explore-compare-${scheme}-${width}`);
      expect(await violations(page)).toEqual([]);
    }),
  );
});
