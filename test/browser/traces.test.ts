// Tests which trace the course page shows after a request, and what the page says if spans are missing.
import { jest } from '@jest/globals';
import { rollTrace } from '../../apps/guide/web/testing/fake-trace.ts';
import { EDITING, Pages, picture, typeInEditor } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';
import type { TraceOfPage } from '../../apps/guide/contract.ts';

jest.setTimeout(60_000);

const view: View = { width: 1280, scheme: 'dark' };

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

test('shows the same trace after a reload of the page, and says what to do if Jaeger has lost the trace', () =>
  pages.with('lost', view, async (page, guide) => {
    await page.goto('/');
    await page.getByRole('button', { name: '/visit', exact: true }).click();
    await page.locator('.span-row', { hasText: 'dice GET /visit' }).waitFor();
    await page.reload();
    await page.locator('.span-row', { hasText: 'dice GET /visit' }).waitFor();
    guide.lab.forgetTraces();
    await page.reload();
    await page.getByText('Jaeger no longer has the trace shown here before').waitFor();
  }));

test('says at the field for the load what is wrong with a number, and sets no load', () =>
  pages.with('load', view, async (page, guide) => {
    await page.goto('/');
    const field = page.getByLabel('Load: extra rounds');
    for (const [text, found] of [
      ['-5', '-5'],
      ['1e9', '1e9'],
      ['', 'none'],
    ] as const) {
      await field.fill(text);
      await page.getByRole('button', { name: 'Set', exact: true }).click();
      await page.getByText(`Expected a whole number of rounds from 0 to 120, found ${found}.`).waitFor();
    }
    expect(guide.changes).toEqual([]);
    await field.fill('60');
    await field.press('Enter');
    await page.getByText('60 a minute are played').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBeNull();
  }));

test('opens the switches of the faults in the step about them, next to the load and the links to the evidence', () =>
  pages.with('faults', view, async (page) => {
    await page.goto('/#09-metrics-and-logs');
    await page.getByRole('heading', { name: '9. Metrics and logs' }).waitFor();
    expect(await page.getByRole('switch').first().isVisible()).toBe(false);
    await page.goto('/#10-troubleshooting');
    await page.getByRole('switch', { name: 'A spike of 400s and 500s' }).waitFor();
    const links = page.locator('#settings').getByRole('link');
    expect(await links.allInnerTexts()).toEqual(['Charts', 'Traces', 'What do they share?']);
    await links.first().click();
    await page.waitForURL('**/explore#charts');
  }));

test('links to the page "Why is there no telemetry?" if the trace has no span of dice', () =>
  pages.with('partial', view, async (page, guide) => {
    await page.clock.install();
    await page.goto('/');
    guide.lab.diceSends = false;
    const says = { ok: false, says: 'OTEL_SDK_DISABLED is true.', todo: 'Take it out.' };
    guide.lab.hops = guide.lab.hops.map((hop) => (hop.name === 'sdk' ? { ...hop, ...says } : hop));
    await page.getByRole('button', { name: '/rolldice', exact: true }).click();
    await page.clock.runFor(1_000);
    await page.locator('.span-row', { hasText: 'guide POST /api/visit' }).waitFor();
    await page.clock.runFor(15_000);
    await page.getByRole('status').getByText('None of them is of dice.').waitFor();
    await page.locator('#trace-status').getByRole('link', { name: 'Why is there no telemetry?' }).waitFor();
    await page.locator('#map-words').getByText('Spans stop here: OTEL_SDK_DISABLED is true. Take it out.').waitFor();
    expect(await page.locator('.map .broken').textContent()).toBe('dice');
  }));

test('shows on the map which way the spans of a round have taken', () =>
  pages.with('map', view, async (page) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Play a round' }).click();
    await page.locator('#map-words').getByText('Spans of arcade, dice, guide and prizes went through').waitFor();
    expect(await page.locator('.map .taken').count()).toBe(7);
    expect(await page.locator('.map .broken').count()).toBe(0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const moving = () => document.getAnimations().filter(({ playState }) => playState === 'running').length;
    expect(await page.evaluate(moving)).toBe(0);
  }));

test('draws no earlier trace below the message that no span of a request has come', () =>
  pages.with('none-came', view, async (page, guide) => {
    await page.clock.install();
    await page.goto('/');
    await page.getByRole('button', { name: '/visit', exact: true }).click();
    await page.clock.runFor(1_000);
    await page.locator('.span-row', { hasText: 'dice GET /visit' }).waitFor();
    guide.lab.delay = 3_600_000;
    await page.getByRole('button', { name: '/rolldice', exact: true }).click();
    // The page starts to count when dice has answered. Time that passes before then would not be counted.
    await page.getByRole('status').getByText('Waiting for the spans of').waitFor();
    await page.clock.runFor(15_000);
    await page.getByRole('status').getByText('If you sample, it may have been dropped').waitFor();
    expect(await page.locator('.span-row').count()).toBe(0);
  }));

test('lets the learner roll the dice again while the page waits for a trace', () =>
  pages.with('again', view, async (page, guide) => {
    await page.goto('/');
    guide.lab.diceSends = false;
    await page.getByRole('button', { name: '/rolldice', exact: true }).click();
    await page.locator('.span-row', { hasText: 'guide POST /api/visit' }).waitFor();
    guide.lab.diceSends = true;
    await page.getByRole('button', { name: '/rolldice', exact: true }).click();
    // Without the second roll, the page would wait 12 s for the first trace.
    await page.locator('.span-row', { hasText: 'dice' }).first().waitFor({ timeout: 6_000 });
  }));

test('scrolls to the trace that the learner has asked for, and gives a service one colour in every trace', () =>
  pages.with('reveal', { width: 1366, height: 768, scheme: 'light' }, async (page) => {
    await page.goto('/');
    const dice = page.locator('.span-row', { hasText: 'dice GET /' });
    await page.getByRole('button', { name: 'Play a round' }).click();
    await page.locator('.span-row', { hasText: 'prizes' }).waitFor();
    await page.waitForFunction(() => {
      const row = document.querySelector('.span-row')?.getBoundingClientRect();
      return row !== undefined && row.bottom <= innerHeight;
    });
    const hue = async () => /hue-\d/.exec((await dice.getAttribute('class')) ?? '')?.[0];
    const inRound = await hue();
    await page.getByRole('button', { name: '/visit', exact: true }).click();
    await page.locator('.span-row', { hasText: 'dice GET /visit' }).waitFor();
    expect([inRound, await hue()]).toEqual(['hue-2', 'hue-2']);
  }));

test('scrolls on while more spans of the trace arrive, so that all of its rows are in sight', () =>
  pages.with('reveal-more', { width: 1366, height: 768, scheme: 'light' }, async (page) => {
    await page.goto('/');
    let asked = 0;
    await page.route('**/api/traces/*', async (route) => {
      const answer = await route.fetch();
      if (answer.status() !== 200) return route.fulfill({ response: answer });
      const trace = (await answer.json()) as TraceOfPage;
      asked += 1;
      const roots = asked > 2 ? trace.roots : trace.roots.map((root) => ({ ...root, children: [] }));
      return route.fulfill({ response: answer, json: { ...trace, roots } });
    });
    await page.getByRole('button', { name: '/visit', exact: true }).click();
    await page.locator('.span-row', { hasText: 'dice GET /visit' }).waitFor();
    await page.waitForFunction(() => {
      const bottom = document.querySelector('#trace')?.getBoundingClientRect().bottom;
      return bottom !== undefined && bottom <= innerHeight;
    });
  }));

test('has the trace in sight on a screen of 1920 × 1080, before a request and after it, without scrolling', () =>
  pages.with('full-hd', { width: 1920, height: 1080, scheme: 'light' }, async (page) => {
    await page.goto(EDITING);
    await page.locator('.cm-content').waitFor();
    const bottoms = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('#trace, .span-row')].map((one) => one.getBoundingClientRect().bottom + scrollY),
      );
    expect(await bottoms()).toEqual([expect.any(Number)]);
    const before = await bottoms();
    await page.getByRole('button', { name: 'Play a round' }).click();
    await page.locator('.span-row').nth(7).waitFor();
    expect([...before, ...(await bottoms())].filter((bottom) => bottom > 1080)).toEqual([]);
  }));

test('shows the trace from before the last Run next to the newest, and what differs', () =>
  pages.with('before-after', { width: 1366, height: 768, scheme: 'light' }, async (page) => {
    await page.goto(EDITING);
    await page.locator('.cm-content').waitFor();
    await page.getByRole('button', { name: '/visit', exact: true }).click();
    await page.locator('.span-row', { hasText: 'dice GET /visit' }).waitFor();
    expect(await page.locator('#compare-runs').count()).toBe(0);
    await page.getByRole('button', { name: 'Play a round' }).click();
    await page.locator('.span-row', { hasText: 'prizes' }).waitFor();
    await typeInEditor(page, '# mine\n');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.span-row', { hasText: 'dice GET /visit' }).waitFor();
    const compare = page.getByRole('button', { name: 'Compare with before the last Run' });
    await compare.click();
    const before = page.getByRole('region', { name: 'Before the last Run' });
    await before.locator('.span-row', { hasText: 'prizes GET /prizes/:roll server gone' }).click();
    await before.getByText('node.pool', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Now' }).getByText('dice GET /visit server new').waitFor();
    await page.getByRole('listitem').getByText('Gone: arcade GET /play server').waitFor();
    await compare.click();
    expect(await page.locator('.span-row').count()).toBe(3);
  }));

test('shows the traces of a request that falls apart beside each other, and how a Run has made one of them', () =>
  pages.with('pieces', { width: 1366, height: 768, scheme: 'light' }, async (page, guide) => {
    guide.lab.apart = ['dice', 'prizes'];
    await page.goto('/?step=08-context');
    await page.locator('.cm-content').waitFor();
    await page.getByLabel('Another path').fill('/server_request?param=a');
    await page.getByLabel('Another path').press('Enter');
    await page.getByRole('status').getByText('One request, 3 traces: 4 spans in dice, guide, prizes').waitFor();
    const list = page.getByRole('list', { name: 'One request, 3 traces' });
    expect(await list.locator('.gap').allInnerTexts()).toEqual([
      expect.stringMatching(
        /^Missing: the parent of dice\. .*guide GET \(\w{16}\)\. The guide has sent traceparent, and dice/,
      ),
      expect.stringMatching(
        /^Missing: the parent of prizes\. .*dice server_request \(\w{16}\)\. .*no valid traceparent\.$/,
      ),
    ]);
    await picture(page, 'pages-pieces-1366');
    await page.reload();
    await list.locator('.span-row').nth(3).waitFor();
    guide.lab.apart = [];
    await typeInEditor(page, '# mine\n');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('Before the last Run, a request made 3 traces. Now it makes one.').waitFor();
    await page.locator('.span-row', { hasText: 'prizes GET /prizes/:roll server joined' }).waitFor();
    expect(await page.locator('.mark').allInnerTexts()).toEqual([' joined', ' joined']);
    await picture(page, 'pages-pieces-joined-1366');
    await page.getByRole('button', { name: 'Compare with before the last Run' }).press('Enter');
    await page.getByRole('region', { name: 'Before the last Run' }).getByText('the parent of prizes').waitFor();
    await picture(page, 'pages-pieces-compared-1366');
  }));

test("draws dice's own trace, and says so, if dice does not continue the caller's trace", () =>
  pages.with('own-trace', view, async (page, guide) => {
    await page.goto('/');
    guide.lab.diceBegins = true;
    await page.getByLabel('Another path').fill('/rolldice?sides=20');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('/rolldice?sides=20 answered 200').waitFor();
    await page.locator('.span-row', { hasText: 'dice do_roll' }).waitFor();
    await page.getByRole('status').getByText('1 span in dice; ').waitFor();
    await page.getByRole('status').getByText('dice started a trace of its own').waitFor();
    expect(await page.getByRole('link', { name: 'the trace of the request' }).getAttribute('href')).toMatch(
      /^traces\/[0-9a-f]{32}$/,
    );
  }));

const other = 'e'.repeat(32);
const search = /\/api\/traces\?/;

test.each([
  { what: 'a round of a visitor of which only the span of dice has come', orphan: true, drawn: [] },
  { what: 'a request of somebody else that has begun a trace', orphan: false, drawn: [other] },
])('draws the trace of the request, and nothing of $what, once dice has joined it', ({ orphan, drawn }) =>
  pages.with('joined-late', view, async (page, guide) => {
    const begun = rollTrace(other, 'lab-dice-1');
    const trace = { ...begun, roots: begun.roots.map((root) => ({ ...root, orphan })) };
    const asked: string[] = [];
    await page.route(search, (route) => route.fulfill({ json: { traces: [trace] } }));
    await page.route(`**/api/traces/${other}*`, (route) => {
      asked.push(other);
      return route.fulfill({ json: trace });
    });
    await page.goto('/');
    guide.lab.diceSends = false;
    await page.getByRole('button', { name: '/visit', exact: true }).click();
    await page.waitForRequest(search);
    if (!orphan) await page.getByRole('status').getByText('dice started a trace of its own').waitFor();
    guide.lab.join();
    await page.locator('.span-row', { hasText: 'dice GET /visit' }).waitFor();
    expect(await page.locator('#trace-status').textContent()).not.toContain('of its own');
    expect([...new Set(asked)]).toEqual(drawn);
  }),
);
