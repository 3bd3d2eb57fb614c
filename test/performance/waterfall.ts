// Measures the guide's page in a real browser: the time from Run, after an edit, until the page draws the new span.
import type { Page } from 'playwright-core';
import { silentProgress } from '../../support/progress.ts';
import { eventually } from '../../support/waiting.ts';
import { ensureBrowser, launchBrowser } from '../support/browser/browser.ts';
import { testCluster } from '../support/cluster/cluster.ts';
import type { Lab } from '../support/cluster/lab.ts';
import { seconds } from './benchmark.ts';

const PATIENCE = 60_000;

/** Runs `work` on the course page of the lab whose guide is reachable through the test cluster's NodePort. */
export async function onFrontPage<T>(lab: Lab, work: (page: Page) => Promise<T>): Promise<T> {
  await ensureBrowser(silentProgress());
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(PATIENCE);
    const origin = `http://127.0.0.1:${testCluster().doorPort}`;
    // kube-proxy opens the port a moment after the pod is ready.
    await eventually(() => fetch(origin), { within: PATIENCE });
    await page.goto(await lab.link(origin));
    await page.goto(`${origin}/?step=06-manual`); // a step that edits files, so that the page shows the editor
    await page.locator('.cm-content').waitFor();
    return await work(page);
  } finally {
    await browser.close();
  }
}

/**
 * Adds a span of this name to the code in the editor, presses Run, and waits until the page draws the span.
 * @returns the seconds since Run
 */
export async function runToWaterfall(page: Page, source: string, span: string): Promise<number> {
  await page.locator('.cm-content').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(withSpan(source, span));
  await page.getByText('Not saved: app.ts').waitFor();
  const began = performance.now();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.locator('.span-row', { hasText: `dice ${span}` }).waitFor();
  return seconds(began);
}

function withSpan(source: string, span: string): string {
  const roll = '  return Math.floor(';
  if (!source.includes(roll))
    throw new Error(`expected dice's code to have a line that begins with "${roll}", found none`);
  const changed = source.replace(roll, `  trace.getTracer('dice').startSpan('${span}').end();\n${roll}`);
  return `import { trace } from '@opentelemetry/api';\n${changed}`;
}
