// Follows a fault from a chart to a log line, in a real browser: the real apps play, the real Collector makes metrics
// from their spans, the real Jaeger keeps the traces, and the real guide serves the page. It needs no cluster.
import { jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { stringify } from 'yaml';
import { App, buildOutside, freePort } from '../../apps/testing/apps.ts';
import { Game } from '../../apps/testing/game.ts';
import { launchBrowser, misdeeds, picture } from '../support/browser/browser.ts';
import { startCollector } from '../support/otlp/collector.ts';
import { startJaeger } from '../support/otlp/jaeger.ts';
import type { JaegerProcess } from '../support/otlp/jaeger.ts';
import type { LoopbackProcess } from '../support/otlp/process.ts';

jest.setTimeout(120_000);

let dist: { dist: string; remove: () => void };
let jaeger: JaegerProcess;
let collector: LoopbackProcess;
let guide: App;
let game: Game;
let browser: Browser;

beforeAll(async () => {
  [dist, jaeger, browser] = await Promise.all([buildOutside(), startJaeger(), launchBrowser()]);
  const port = await freePort();
  collector = await startCollector({
    guide: `http://127.0.0.1:${port}`,
    own: stringify({ exporters: { 'otlp_http/jaeger': { endpoint: jaeger.otlp } } }),
  });
  const sdk = {
    INSTRUMENTATION: 'auto',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '500',
    OTEL_BLRP_SCHEDULE_DELAY: '500',
  };
  guide = await startGuide(dist.dist, port, sdk);
  game = await Game.start({ dist: dist.dist, lab: { release: 'lab', namespace: 'a' }, env: sdk, perMinute: 240 });
  await guide.ready();
});

afterAll(async () => {
  await game?.stop();
  await Promise.all([guide?.stop(), collector?.stop(), jaeger?.stop(), browser?.close()]);
  dist?.remove();
});

function startGuide(folder: string, otlpPort: number, sdk: Record<string, string>): Promise<App> {
  const url = new URL(jaeger.url);
  const nothing = 'http://127.0.0.1:9';
  return App.start(folder, 'guide', {
    ARCADE_URL: nothing,
    DICE_URL: nothing,
    PRIZES_URL: nothing,
    JAEGER_URL: url.origin,
    JAEGER_BASE_PATH: url.pathname,
    OPEN_WITHIN_MS: '0',
    RELEASE: 'lab',
    OTLP_PORT: String(otlpPort),
    OTEL_METRICS_EXPORTER: 'none',
    ...sdk,
  });
}

/** Opens the page, and fails if it logs an error or violates its Content Security Policy. */
async function onPage(name: string, work: (page: Page) => Promise<void>): Promise<void> {
  const page = await browser.newPage({ baseURL: guide.url, viewport: { width: 1280, height: 900 } });
  const found = misdeeds(page, guide.url);
  page.setDefaultTimeout(30_000);
  try {
    await page.goto('/explore');
    await work(page);
    expect(found.filter((line) => !line.endsWith('net::ERR_ABORTED'))).toEqual([]);
  } finally {
    await picture(page, `explore-${name}`);
    await page.close();
  }
}

test.each([
  { fault: 'spike', statuses: /^ ?(400|500) / },
  { fault: 'timeouts', statuses: /^ ?504 / },
] as const)('leads from the fault "$fault" in a chart to its trace and log line', ({ fault, statuses }) =>
  onPage(fault, async (page) => {
    await game.switchTo([fault]);
    const errors = page.getByRole('group', { name: 'Errors a second, by status of arcade' });
    await errors.locator('.legend li', { hasText: statuses }).first().waitFor();
    await errors.locator('.point.failed').last().click();
    await page.locator('.span-row', { hasText: 'prizes' }).first().waitFor();
    await page.locator('.short-log').first().click();
    await page.locator('.log-line:focus').waitFor();
    await page
      .getByRole('button', { name: /^Span: / })
      .first()
      .click();
    await page.locator('.span-row:focus').waitFor();
  }),
);
