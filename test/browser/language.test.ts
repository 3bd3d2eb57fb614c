// Tests what the editor knows of TypeScript, OpenTelemetry's settings and the Collector, in a real browser: completion,
// documentation and marks, by mouse and by keyboard.
import { gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import type { Page, Response } from 'playwright-core';
import { print } from '../../support/output.ts';
import { EDITING, picture, Pages, typeInEditor } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';
import { violations } from '../support/browser/axe.ts';

jest.setTimeout(120_000);

const view: View = { width: 1280, scheme: 'light', language: true };
const small: View = { width: 390, scheme: 'dark', language: true };

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

const imports = "import { trace } from '@opentelemetry/api';\nconst tracer = trace.getTracer('dice');\n";

/** Opens the front page. The worker reads some megabytes first, which takes long on a busy machine. */
async function open(page: Page): Promise<void> {
  page.setDefaultTimeout(40_000);
  await page.goto(EDITING);
}

/** Replaces the text of the open file. */
async function write(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
}

describe.each([view, small])('app.ts, on a page of $width px', (here) => {
  test("offers the methods of the API's span, and writes the chosen one", () =>
    pages.with('completion', here, async (page) => {
      await open(page);
      await write(page, `${imports}tracer.startActiveSpan('roll', (span) => {\n  span.end();\n  `);
      await page.keyboard.type('span.');
      const list = page.locator('.cm-tooltip-autocomplete');
      await list.getByText('setAttribute', { exact: true }).waitFor();
      expect(await list.locator('li').allTextContents()).toEqual(
        expect.arrayContaining(['addEvent', 'end', 'setStatus']),
      );
      await page.keyboard.type('setSt');
      await page.locator('.cm-explanation', { hasText: 'status' }).waitFor();
      await picture(page, `language-completion-${here.width}`);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Enter');
      await page.locator('.cm-line', { hasText: 'span.setStatus' }).waitFor();
      expect(await list.count()).toBe(0);
    }));

  test('marks mistakes at their lines while somebody types, and says what to do', () =>
    pages.with('mistakes', here, async (page) => {
      await open(page);
      await write(page, `import { Express } from 'express';\n${imports}const span = tracer.startSpan('a');\n`);
      const messages = page.locator('.cm-mistake-message');
      await messages.getByText('Express is a type: use import type').waitFor();
      await messages.getByText('Nothing ends this span').waitFor();
      expect(await page.locator('.cm-mistake').allTextContents()).toEqual(['Express', 'span']);
      await picture(page, `language-mistakes-${here.width}`);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Control+End');
      await page.keyboard.type('span.end();');
      await messages.getByText('Nothing ends this span').waitFor({ state: 'detached' });
    }));
});

test('shows documentation under the mouse, and at the cursor by keyboard', () =>
  pages.with('hover', view, async (page) => {
    await open(page);
    await write(page, `${imports}tracer.startSpan('a').end();\n`);
    await page.locator('.cm-line', { hasText: 'startSpan' }).getByText('startSpan').first().hover();
    const shown = page.locator('.cm-explanation');
    await shown.getByText('(method) Tracer.startSpan(').waitFor();
    await picture(page, 'language-hover');
    await page.mouse.move(0, 0);
    await shown.waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Control+i');
    await shown.getByText('tracer').first().waitFor();
    await page.keyboard.press('Escape');
    await shown.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.matches('.code-editor'))).toBe(false);
  }));

test.each([view, small])(
  'completes and checks settings.env and collector.yaml, and draws the lanes, at $width px',
  (here) =>
    pages.with('other-files', here, async (page) => {
      await open(page);
      await page.getByRole('tab', { name: 'settings.env' }).click();
      await write(page, 'OTEL_TRACE_EXPORTER=otlp\n');
      await page.locator('.cm-mistake-message', { hasText: 'Did you mean OTEL_TRACES_EXPORTER?' }).waitFor();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('OTEL_TRACES_SAM');
      await page.locator('.cm-tooltip-autocomplete').getByText('PLER=').first().waitFor();
      await picture(page, `language-settings-${here.width}`);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Enter');
      await page.locator('.cm-line', { hasText: /^OTEL_TRACES_SAMPLER=/ }).waitFor();
      await page.keyboard.type('always_off');
      await page.locator('.cm-tooltip-autocomplete').getByText('always_off').first().waitFor();
      await page.keyboard.press('Enter');
      expect(await page.locator('.cm-line').count()).toBe(3);
      await page.getByRole('tab', { name: 'collector.yaml' }).click();
      await write(page, 'processors:\n  batch:\n    timeot: 5s\n');
      await page.locator('.cm-mistake-message', { hasText: 'Did you mean timeout?' }).waitFor();
      await page.locator('.lanes .mine', { hasText: 'batch' }).first().waitFor();
      await picture(page, `language-collector-${here.width}`);
      expect(await violations(page)).toEqual([]);
      await page.getByRole('tab', { name: 'app.ts' }).click();
      await page.locator('.lanes').waitFor({ state: 'hidden' });
    }),
);

test('edits and runs as before if the worker fails to load', () =>
  pages.with('no-worker', view, async (page, guide) => {
    await page.route('**/language-worker-*.js', (route) =>
      route.fulfill({ status: 200, contentType: 'text/javascript', body: 'x' }),
    );
    await page.goto(EDITING);
    await typeInEditor(page, 'trace.');
    await page.getByText('Not saved: app.ts').waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText(/Runs your files/).waitFor();
    expect(guide.lab.files['app.ts']).toMatch(/^trace\./);
    expect(await page.locator('.cm-mistake, .cm-tooltip-autocomplete').count()).toBe(0);
  }));

/** Kilobytes of a file with gzip, as the guide or a server in front of it sends it. */
async function kilobytesOf(url: string): Promise<number> {
  const body = await (await fetch(url)).arrayBuffer();
  return gzipSync(Buffer.from(body), { level: 9 }).length / 1000;
}

test('loads the worker after the first paint, once, within its budget, from a name with a hash', () =>
  pages.with('budget', view, async (page) => {
    const responses: Response[] = [];
    page.on('response', (response) => void responses.push(response));
    const worker = page.waitForEvent('worker');
    await open(page);
    const url = (await worker).url();
    expect(url).toMatch(/\/assets\/language-worker-[A-Z0-9]{8}\.js$/);
    await write(page, 'nothing;\n');
    await page.locator('.cm-mistake').waitFor();
    const [painted, asked] = await page.evaluate(
      (name) => [
        performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
        performance.getEntriesByType('resource').find((one) => one.name === name)?.startTime ?? 0,
      ],
      url,
    );
    expect(asked).toBeGreaterThan(painted ?? Infinity);
    const files = responses.filter((one) => /\/(assets\/.*)?$/.test(new URL(one.url()).pathname));
    const sizes = await Promise.all(
      files.map(async (one) => [one.url() === url, await kilobytesOf(one.url())] as const),
    );
    const workers = sizes.filter(([isWorker]) => isWorker).map(([, size]) => size);
    const front = sizes.reduce((sum, [isWorker, size]) => sum + (isWorker ? 0 : size), 0);
    expect(workers).toHaveLength(1);
    expect(workers[0]).toBeGreaterThan(1000);
    expect(workers[0]).toBeLessThan(1600);
    expect(front).toBeLessThan(500);
    print(`front page ${front.toFixed(0)} kB, worker ${workers[0]?.toFixed(0)} kB, with gzip`);
  }));
