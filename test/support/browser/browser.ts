// Starts a real browser for tests of the guide's pages. It can connect only to 127.0.0.1, which *.localhost names, too.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { UserError } from '../../../support/errors.ts';
import type { Progress } from '../../../support/progress.ts';
import { say } from '../../../support/output.ts';
import { run } from '../../../support/run.ts';
import { artefacts } from '../artefacts.ts';

/**
 * The paths of browsers to look for. The headless shell, Chromium without its desktop parts, comes first because it
 * opens pages twice as fast.
 */
const PROGRAMS = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE *.localhost',
];

/** Installs a browser if the machine has none of PROGRAMS. */
export async function ensureBrowser(report: Progress): Promise<void> {
  if (program() !== undefined) return;
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
  const apt = ['-o', 'DPkg::Lock::Timeout=300'];
  await report.step(
    'Install chromium',
    async () => {
      await run('apt-get', [...apt, 'update'], options);
      const install = (name: string) =>
        run('apt-get', [...apt, 'install', '--yes', '--no-install-recommends', name], options);
      // Not every distribution with apt has the package of the headless shell.
      await install('chromium-headless-shell').catch(() => install('chromium'));
    },
    { estimate: 60 },
  );
}

/** Milliseconds after which a browser is started once more. Tests wait 30 s for a browser. */
const STARTS_WITHIN = 12_000;

/** Starts a browser. A start that fails is tried once more, because all tests of a file need the browser. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = program();
  if (executablePath === undefined)
    throw new UserError('The browser tests need Chromium, which this machine does not have.', {
      expected: PROGRAMS.join(' or '),
      todo: 'apt-get install chromium-headless-shell',
    });
  const options = { executablePath, args: FLAGS };
  return chromium.launch({ ...options, timeout: STARTS_WITHIN }).catch((error: unknown) => {
    say(`The browser did not start, so it is started once more: ${String(error)}`);
    return chromium.launch(options);
  });
}

/**
 * Records what a page does wrong from now on: errors, failed requests and requests to elsewhere.
 * @param site the start of the URL of each request that is right
 * @returns the list, one line each
 */
export function misdeeds(page: Page, site: string): string[] {
  const found: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) found.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => found.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(site)) found.push(`request to elsewhere: ${request.url()}`);
  });
  page.on('requestfailed', (request) =>
    found.push(`failed request: ${request.url()} ${request.failure()?.errorText ?? ''}`),
  );
  return found;
}

/** Lets the editor's language worker do nothing, which takes a second of CPU time for each page. */
export async function withoutLanguage(pages: Page | BrowserContext): Promise<void> {
  await pages.route('**/language-worker-*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
}

/** Saves a screenshot of the whole page in the artefacts folder. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(artefacts, `${name}.png`), fullPage: true });
}

function program(): string | undefined {
  return PROGRAMS.find((path) => existsSync(path));
}
