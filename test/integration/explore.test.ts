// Follows a fault from a chart to a log line, in a real browser: the real apps play, the real Collector makes metrics
// from their spans, the real Jaeger keeps the traces, and the real guide serves the page. One guide reads metrics from
// its memory, and another from the real Prometheus. It needs no cluster.
import { jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { stringify } from 'yaml';
import { App, buildOutside, freePort } from '../../apps/testing/apps.ts';
import { Game } from '../../apps/testing/game.ts';
import type { Charts, MetricSource } from '../../apps/guide/explore-contract.ts';
import { GUIDE_EXPORTER, JAEGER_EXPORTER } from '../../lab/names.ts';
import { launchBrowser, misdeeds, picture } from '../support/browser/browser.ts';
import { startCollector } from '../support/otlp/collector.ts';
import { startJaeger } from '../support/otlp/jaeger.ts';
import type { JaegerProcess } from '../support/otlp/jaeger.ts';
import type { LoopbackProcess } from '../support/otlp/process.ts';
import { WITH_PROMETHEUS, startPrometheus } from '../support/otlp/prometheus.ts';

jest.setTimeout(120_000);

let dist: { dist: string; remove: () => void };
let jaeger: JaegerProcess;
let prometheus: LoopbackProcess;
let collector: LoopbackProcess;
let guides: Record<MetricSource, App>;
let game: Game;
let browser: Browser;

const SECOND = 'otlp_http/second';
const SOURCES: readonly MetricSource[] = ['memory', 'prometheus'];

/** Returns a file for the Collector that sends metrics and log records to a second guide, too. */
function toBoth(second: string): string {
  const exporters = [GUIDE_EXPORTER, SECOND];
  return stringify({
    exporters: {
      [JAEGER_EXPORTER]: { endpoint: jaeger.otlp },
      [SECOND]: { endpoint: second, encoding: 'json', compression: 'none' },
    },
    service: { pipelines: { logs: { exporters }, 'metrics/red': { exporters } } },
  });
}

beforeAll(async () => {
  [dist, jaeger, prometheus, browser] = await Promise.all([
    buildOutside(),
    startJaeger(),
    startPrometheus(),
    launchBrowser(),
  ]);
  const ports = { memory: await freePort(), prometheus: await freePort() };
  collector = await startCollector({
    guide: `http://127.0.0.1:${ports.memory}`,
    prometheus: prometheus.url,
    values: WITH_PROMETHEUS,
    own: toBoth(`http://127.0.0.1:${ports.prometheus}`),
  });
  const sdk = {
    INSTRUMENTATION: 'auto',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '500',
    OTEL_BLRP_SCHEDULE_DELAY: '500',
  };
  guides = {
    memory: await startGuide(ports.memory, sdk),
    prometheus: await startGuide(ports.prometheus, {
      ...sdk,
      PROMETHEUS_ENABLED: 'true',
      PROMETHEUS_URL: prometheus.url,
    }),
  };
  game = await Game.start({ dist: dist.dist, lab: { release: 'lab', namespace: 'a' }, env: sdk, perMinute: 240 });
  await Promise.all(SOURCES.map((source) => guides[source].ready()));
});

afterAll(async () => {
  await game?.stop();
  const apps = guides ? Object.values(guides) : [];
  await Promise.all([...apps, collector, jaeger, prometheus].map((started) => started?.stop()));
  await browser?.close();
  dist?.remove();
});

function startGuide(otlpPort: number, env: Record<string, string>): Promise<App> {
  const url = new URL(jaeger.url);
  const nothing = 'http://127.0.0.1:9';
  return App.start(dist.dist, 'guide', {
    ARCADE_URL: nothing,
    DICE_URL: nothing,
    PRIZES_URL: nothing,
    JAEGER_URL: url.origin,
    JAEGER_BASE_PATH: url.pathname,
    OPEN_WITHIN_MS: '0',
    RELEASE: 'lab',
    OTLP_PORT: String(otlpPort),
    OTEL_METRICS_EXPORTER: 'none',
    ...env,
  });
}

/** Opens the page, and fails if it logs an error or violates its Content Security Policy. */
async function onPage(source: MetricSource, name: string, work: (page: Page) => Promise<void>): Promise<void> {
  const { url } = guides[source];
  const page = await browser.newPage({ baseURL: url, viewport: { width: 1280, height: 900 } });
  const found = misdeeds(page, url);
  try {
    await page.goto('/explore');
    await work(page);
    expect(found.filter((line) => !line.endsWith('net::ERR_ABORTED'))).toEqual([]);
  } finally {
    await picture(page, `explore-${source}-${name}`);
    await page.close();
  }
}

/** Goes from the errors of the arcade to a trace, to one of its log lines, and back to its span. */
async function followError(page: Page, statuses: RegExp): Promise<void> {
  const errors = page.getByRole('group', { name: 'Errors a second, by status of arcade' });
  await errors.locator('.legend li', { hasText: statuses }).first().waitFor();
  await errors.locator('.point.failed').last().click();
  // On a busy machine the round's 500 ms may be over before it reaches prizes.
  await page.locator('.span-row', { hasText: 'arcade' }).first().waitFor();
  await page.locator('.short-log').first().click();
  await page.locator('.log-line:focus').waitFor();
  await page
    .getByRole('button', { name: /^Span: / })
    .first()
    .click();
  await page.locator('.span-row:focus').waitFor();
}

const sourceOf = async (source: MetricSource): Promise<MetricSource> =>
  ((await (await fetch(`${guides[source].url}/api/charts`)).json()) as Charts).state.source;

test.each([
  { fault: 'spike', statuses: /^ ?(400|500) / },
  { fault: 'timeouts', statuses: /^ ?504 / },
] as const)(
  'leads from the fault "$fault" in a chart to its trace and log line, from memory and from Prometheus',
  async ({ fault, statuses }) => {
    expect(await Promise.all(SOURCES.map(sourceOf))).toEqual(SOURCES);
    await game.switchTo([fault]);
    await Promise.all(SOURCES.map((source) => onPage(source, fault, (page) => followError(page, statuses))));
  },
);
