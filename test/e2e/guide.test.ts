// Tests the guide's pages in a browser: they load only from this lab, play a round and show its trace. The lab also
// runs Prometheus, which is tested here.
import { mkdir } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { artefacts } from '../support/artefacts.ts';
import { launchBrowser, misdeeds, picture } from '../support/browser/browser.ts';
import { testCluster } from '../support/cluster/cluster.ts';
import { OWN_HEADERS } from '../support/cluster/guide.ts';
import { Lab } from '../support/cluster/lab.ts';
import { useNamespace } from '../support/cluster/namespace.ts';
import { listeningSockets } from '../support/cluster/sockets.ts';
import { workingSet } from '../support/cluster/pod-usage.ts';
import { eventually } from '../../support/waiting.ts';
import { playedRound } from '../support/otlp/traces.ts';

const lab = new Lab(useNamespace('e2e-guide'));
const origin = `http://127.0.0.1:${testCluster().doorPort}`;

let browser: Browser;

beforeAll(async () => {
  await mkdir(artefacts, { recursive: true });
  // The test cluster makes only NodePort 30080 reachable from this machine, so only the lab of this file uses it.
  await lab.installQuietly({
    guide: { service: { type: 'NodePort', nodePort: 30080 } },
    prometheus: { enabled: true },
  });
  // kube-proxy opens the port a moment after the pod is ready.
  await eventually(() => fetch(origin));
  browser = await launchBrowser();
}, 150_000);

afterAll(() => browser?.close());

/** Returns the address without the step that the page adds once it shows one. */
const withoutStep = (url: string): string => url.replace(/\?step=[\w-]+$/, '');

/** Runs `work` on a new page, and takes a screenshot, even if `work` fails. */
async function onPage(width: number, name: string, work: (page: Page) => Promise<void>): Promise<void> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  try {
    await page.request.get(await lab.link(origin)); // the page shares the cookie
    await work(page);
  } finally {
    await picture(page, `guide-${name}-${width}`);
    await page.close();
  }
}

/** Lists the elements that reach beyond the right edge of the window, so that a reader has to scroll sideways. */
function wider(page: Page): Promise<string[]> {
  return page.evaluate(`document.documentElement.scrollWidth <= innerWidth
    ? []
    : [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => one.outerHTML.slice(0, 100))`);
}

describe('the guide at a NodePort', () => {
  const put = {
    method: 'PUT',
    headers: OWN_HEADERS,
    body: JSON.stringify({ version: '', files: { 'app.ts': "console.log('taken over')" } }),
  };

  test.each([
    ['the front page', '/', undefined],
    ['the files', '/api/files', undefined],
    ['a change of the files', '/api/files', put],
    ['an app', '/apps/dice/rolldice', undefined],
    ['Jaeger', '/jaeger/', undefined],
  ])('refuses a request for %s that has no key, and says where the key is', async (_what, path, init) => {
    const response = await fetch(origin + path, init);
    expect([response.status, await response.text()]).toEqual([
      401,
      expect.stringContaining(`get secret ${lab.release}-guide-key`),
    ]);
  });

  test('asks a browser for the key, says that a wrong one is wrong, and opens with the right one', () =>
    onPage(390, 'form', async (page) => {
      await page.context().clearCookies();
      await page.goto(`${origin}/lab`);
      await page.getByLabel("The lab's key").fill('guess');
      await page.keyboard.press('Enter');
      await page.getByText('found a wrong one').waitFor();
      await page.getByLabel("The lab's key").fill(await lab.token());
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Log in' }).waitFor({ state: 'detached' });
      expect(withoutStep(page.url())).toBe(`${origin}/`);
      expect(await wider(page)).toEqual([]);
    }));

  test('logs a browser in by the link, and leaves no key in the address or in what scripts can read', () =>
    onPage(1280, 'login', async (page) => {
      await page.context().clearCookies();
      await page.goto(await lab.link(origin));
      expect(withoutStep(page.url())).toBe(`${origin}/`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.evaluate('document.cookie + document.referrer')).toBe('');
    }));
});

describe.each([1280, 390])('the guide at a width of %i px', (width) => {
  test('shows the lab page without an error, loads nothing from another host, and plays a round', () =>
    onPage(width, 'lab', async (page) => {
      const found = misdeeds(page, origin);
      await page.goto(`${origin}/lab`);
      await page.getByText('dice: answers').waitFor();
      await page.getByRole('button', { name: 'Roll the dice' }).click();
      await page.getByText(/You rolled a [1-6] and won/).waitFor();
      expect(await page.getByRole('link', { name: 'See the trace of this round' }).getAttribute('href')).toMatch(
        /^traces\/[0-9a-f]{32}$/,
      );
      expect(await page.getByText('does not answer').allTextContents()).toEqual([]);
      expect(found).toEqual([]);
      expect(await wider(page)).toEqual([]);
    }));

  test("shows a round's trace when the trace arrives, even if the learner follows the link at once", () =>
    onPage(width, 'followed', async (page) => {
      await page.goto(`${origin}/lab`);
      await page.getByRole('button', { name: 'Roll the dice' }).click();
      await page.getByRole('link', { name: 'See the trace of this round' }).click();
      await page.getByRole('heading', { name: 'One trace' }).waitFor();
    }));

  test('shows the span of each service in a trace, and the attributes of a selected span', async () => {
    const { traceId } = await playedRound(lab);
    await onPage(width, 'trace', async (page) => {
      const found = misdeeds(page, origin);
      await page.goto(`${origin}/traces/${traceId}`);
      const span = (text: string): Locator => page.locator('summary', { hasText: text });
      for (const text of [
        'guide POST /api/rounds',
        'arcade GET /play',
        'dice GET /rolldice',
        'prizes GET /prizes/:roll',
      ])
        await span(text).waitFor();
      await span('dice GET /rolldice').click();
      await page.locator('dt:visible', { hasText: 'http.route' }).waitFor();
      expect(found).toEqual([]);
      expect(await wider(page)).toEqual([]);
    });
  });

  test('links each row in the list of traces to its trace', () =>
    onPage(width, 'traces', async (page) => {
      const { traceId } = await playedRound(lab);
      const found = misdeeds(page, origin);
      await page.goto(`${origin}/traces`);
      await page.locator(`a[href="traces/${traceId}"]`).click();
      await page.getByText(traceId).waitFor();
      expect(found).toEqual([]);
    }));
});

test("shows its own list of traces, and says why, if Jaeger's image has no web pages", () =>
  onPage(1280, 'jaeger', async (page) => {
    await page.goto(origin);
    await page.getByRole('navigation').getByRole('link', { name: 'Jaeger', exact: true }).click();
    await page.getByText('without the files of its user interface').waitFor();
    await page.getByRole('heading', { name: 'The latest traces' }).waitFor();
  }));

describe('a lab with Prometheus', () => {
  const queried = (query: string): Promise<string> => lab.text('prometheus', `/api/v1/${encodeURI(query)}`);
  const lastMinute = (): string => `start=${Date.now() / 1000 - 60}&end=${Date.now() / 1000 + 60}`;

  test('has requests and exemplars of spans, and the metrics of apps by their own names', async () => {
    const { traceId } = await playedRound(lab);
    await eventually(
      async () => {
        const served = '{service_name="arcade",span_kind="SPAN_KIND_SERVER"}>0';
        expect(await queried(`query?query=red_calls${served}`)).toContain('"service_name":"arcade"');
        expect(await queried(`query?query=monitor_calls${served}`)).toContain('"span_name":"GET /play"');
        expect(await queried(`query_exemplars?query=red_duration_bucket&${lastMinute()}`)).toContain(traceId);
        expect(await queried('query?query={"http.server.request.duration_count","service.name"="dice"}')).toContain(
          '"http.route":"/rolldice"',
        );
      },
      { every: 500 },
    );
  });

  test("answers Jaeger's page Monitor with the rate of a service's requests", async () => {
    const path = '/jaeger/api/metrics/calls?service=arcade&lookback=60000&step=5000&ratePer=60000&spanKind=server';
    const rate = async (): Promise<string> => (await fetch(`${lab.url('jaeger', 'query')}${path}`)).text();
    await eventually(async () => expect(await rate()).toMatch(/"doubleValue":0\.0*[1-9]/), { every: 500 });
  });

  test('lets Prometheus use at most 60 MiB, and listen on its own address and on loopback only', async () => {
    const pod = await lab.pod('prometheus');
    const mebibytes = workingSet(testCluster().name, pod.metadata.uid) / 2 ** 20;
    process.stdout.write(`Prometheus: working set ${mebibytes.toFixed(1)} MiB\n`);
    expect(mebibytes).toBeLessThanOrEqual(60);
    expect(await listeningSockets(pod)).toEqual([`${pod.status.podIP ?? ''}:9090`, '127.0.0.1:9090'].sort());
    expect(await lab.log('prometheus')).not.toMatch(/level=(WARN|ERROR)/);
  });
});
