// Tests the terminal on the page in a real browser, under the page's strict policy: a fake shell echoes what is typed.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { violations } from '../support/browser/axe.ts';
import { eventually } from '../../support/waiting.ts';
import type { FakeGuide } from './fakes/fake-guide.ts';
import { Pages, picture, schemes, widths } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';

jest.setTimeout(60_000);

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

const wide: View = { width: 1280, scheme: 'light' };
const openButton = (page: Page) => page.locator('#terminal-open');
const rows = (page: Page) => page.locator('.xterm-rows');

/** Loads the page of a step with commands, and opens the terminal. */
async function openTerminal(page: Page, guide: FakeGuide): Promise<void> {
  guide.hasTerminal = true;
  await page.goto('./#04-automatic');
  await openButton(page).click();
  await rows(page).getByText('~ $').waitFor();
}

/** Returns all that was typed in the newest shell. */
const typed = ({ shells }: FakeGuide): string =>
  (shells.at(-1)?.received ?? []).flatMap(([channel, text]) => (channel === 0 ? [text] : [])).join('');

const becomes = (guide: FakeGuide, text: string): Promise<void> =>
  eventually(() => expect(typed(guide)).toBe(text), { within: 5_000, every: 30 });

describe.each(widths.flatMap((width) => schemes.map((scheme) => ({ width, scheme }))))(
  'the terminal at $width px, $scheme',
  (view) => {
    test('opens, shows what the shell prints, and has no violation', () =>
      pages.with(
        `terminal-${view.scheme}`,
        { ...view, ...(view.width < 500 && { prefix: '/s/class-5-ada' }) },
        async (page, guide) => {
          await openTerminal(page, guide);
          await page.keyboard.type('ls\r');
          await rows(page).getByText('ok').waitFor();
          expect(typed(guide)).toBe('ls\r');
          await page.getByText('The same with kubectl').click();
          await page.locator('#terminal').scrollIntoViewIfNeeded();
          await picture(page, `pages-terminal-${view.width}-${view.scheme}`);
          expect(await violations(page)).toEqual([]);
        },
      ));
  },
);

test('draws colours through style sheet objects, so that the policy needs no exception', () =>
  pages.with('terminal-colours', wide, async (page, guide) => {
    await openTerminal(page, guide);
    const colourOf = (text: string) =>
      rows(page)
        .getByText(text, { exact: true })
        .first()
        .evaluate((span) => getComputedStyle(span).color);
    const plain = await colourOf('~ $');
    for (const text of ['green', 'orange', 'inverted']) expect(await colourOf(text)).not.toBe(plain);
    expect(await page.locator('style').count()).toBe(0);
  }));

test('types a command, and leaves it to the person to run it', () =>
  pages.with('terminal-type', wide, async (page, guide) => {
    guide.hasTerminal = true;
    await page.goto('./#04-automatic');
    await page.getByText('The same with kubectl').click();
    const command = 'kubectl -n intro-otel exec deploy/lab-guide -- node /app/course.js start 04-automatic';
    await page.getByRole('button', { name: 'Type it in the terminal' }).first().click();
    await becomes(guide, `\x15${command}`);
    await rows(page).getByText('course.js start').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Terminal input');
    await page.keyboard.press('Enter');
    await becomes(guide, `\x15${command}\r`);
    await page.getByRole('button', { name: 'Type it in the terminal' }).nth(1).click();
    await becomes(guide, `\x15${command}\r\x15[ -s settings.env ] || kubectl get configmap lab-dice > settings.env`);
    expect(guide.shells).toHaveLength(1);
    await page.getByText('The terminal on this page is a POSIX shell').waitFor({ state: 'hidden' });
    await page.getByRole('tab', { name: 'PowerShell' }).click();
    await page.getByText('The terminal on this page is a POSIX shell').waitFor();
    // Only commands for a POSIX shell can be typed there.
    expect(await page.locator('.code-block:has(code.language-powershell) .type').count()).toBe(0);
  }));

test('the keyboard reaches the terminal, and leads out of it', () =>
  pages.with('terminal-keys', wide, async (page, guide) => {
    guide.hasTerminal = true;
    await page.goto('./#04-automatic');
    await openButton(page).focus();
    await page.keyboard.press('Enter');
    await rows(page).getByText('~ $').waitFor();
    await page.keyboard.press('Tab');
    await becomes(guide, '\t');
    await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('terminal-open');
    await becomes(guide, '\t');
    await page.keyboard.press('Enter');
    await page.getByText('The terminal is closed.').waitFor();
    await eventually(() => expect(guide.shells[0]?.isOpen).toBe(false), { within: 5_000 });
  }));

test('copies what it shows, without the Clipboard API', () =>
  pages.with('terminal-copy', wide, async (page, guide) => {
    await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await openTerminal(page, guide);
    await page.getByRole('button', { name: 'Copy what the terminal shows' }).click();
    await page.getByText('Copied').waitFor();
    await page.locator('.xterm-helper-textarea').focus();
    await page.keyboard.press('Control+v');
    await becomes(guide, 'green orange inverted\r~ $');
  }));

test('tells the shell its size, again when the page gets another one', () =>
  pages.with('terminal-size', wide, async (page, guide) => {
    await openTerminal(page, guide);
    const sizes = () =>
      (guide.shells[0]?.received ?? []).flatMap(([channel, text]) =>
        channel === 4 ? [JSON.parse(text) as { Width: number; Height: number }] : [],
      );
    const first = sizes().at(-1);
    expect(first?.Width).toBeGreaterThan(60);
    await page.setViewportSize({ width: 700, height: 900 });
    await eventually(() => expect(sizes().at(-1)?.Width).toBeLessThan(first?.Width ?? 0), { within: 5_000 });
  }));

test('says that the shell has ended, or that the connection broke, and opens a new one', () =>
  pages.with('terminal-end', wide, async (page, guide) => {
    await openTerminal(page, guide);
    guide.shells[0]?.end();
    await page.getByText('The shell has ended.').waitFor();
    await openButton(page).click();
    await page.getByText('Shift and Tab lead out').waitFor();
    expect(guide.shells).toHaveLength(2);
    guide.shells[1]?.break();
    await page.getByText('The connection to the shell broke.').waitFor();
    expect(await openButton(page).textContent()).toBe('Open');
  }));

test('says why there is no terminal', () =>
  pages.with(
    'terminal-problem',
    wide,
    async (page, guide) => {
      guide.hasTerminal = true;
      guide.lab.terminalProblem = 'expected room for one more small pod in your seat, found <b>none</b>.';
      await page.goto('./');
      await openButton(page).click();
      await page.getByText('found <b>none</b>.').waitFor();
    },
    [409],
  ));

test('a page without a terminal has no buttons that type', () =>
  pages.with('terminal-none', wide, async (page) => {
    await page.goto('./#04-automatic');
    await page.getByText('The same with kubectl').click();
    await page.getByRole('button', { name: 'Copy this code' }).first().waitFor();
    expect(await page.locator('.type, #terminal').count()).toBe(0);
  }));
