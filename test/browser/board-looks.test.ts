// Tests how the board's pages look in a real browser: axe in both themes, two widths, hostile texts, and the projector.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BoardServer } from '../../apps/portal/web/testing/board-server.ts';
import { aBoard, aClass, ago, aPerson, aScreen } from '../../apps/portal/web/testing/states.ts';
import { violations } from '../support/browser/axe.ts';
import { picture } from '../support/browser/browser.ts';
import { BOARD, BoardPages, expectSoon, live } from './fakes/board-pages.ts';

jest.setTimeout(60_000);

let pages: BoardPages;
beforeAll(async () => {
  pages = await BoardPages.start();
});
afterAll(() => pages?.close());

const HOSTILE = `<img src=x onerror="document.title='bad'">${'W'.repeat(90)}`;
const hostile = aPerson('otel-1', {
  name: HOSTILE,
  needs: 'help',
  step: '06-manual',
  help: { text: `${HOSTILE}\n${'x'.repeat(400)}`, at: ago(1), takenBy: HOSTILE.slice(0, 60) },
  check: { step: '06-manual', finding: 'f', text: HOSTILE, hop: '__proto__', times: 99_999, at: ago(1) },
  reason: HOSTILE,
  state: 'Failed',
});
const hostileBoard = aBoard([hostile, ...aClass(9).slice(1)], {
  why: [{ finding: 'f', text: HOSTILE, step: '06-manual', seats: ['otel-1'] }],
  poll: { id: 'x', question: HOSTILE, answers: [{ text: HOSTILE, count: 2, names: [HOSTILE] }] },
});
const bars = {
  id: 'x',
  question: 'Tracing …',
  options: ['Never', 'Love it'],
  answers: [{ text: 'Never', count: 2, names: [] }],
};

interface Sight {
  readonly name: string;
  readonly path?: string;
  readonly state?: typeof hostileBoard;
  readonly reach?: (page: Page, server: BoardServer) => Promise<unknown>;
}

const openAll = (page: Page) =>
  page.evaluate('document.querySelectorAll("details").forEach((one) => (one.open = true))');

const small = aBoard(aClass(9));

const sights: Sight[] = [
  { name: 'board', state: aBoard(), reach: live },
  { name: 'board-empty', state: aBoard([]), reach: live },
  { name: 'board-hostile', state: hostileBoard, reach: async (page) => (await live(page), openAll(page)) },
  { name: 'board-person', state: hostileBoard, reach: (page) => page.locator('#people .name').first().click() },
  { name: 'board-join', reach: (page) => page.getByRole('button', { name: 'Link and QR code' }).click() },
  {
    name: 'board-question',
    reach: async (page) => {
      await page.locator('#people .name').first().click();
      await page.getByRole('button', { name: 'Free the seat …' }).click();
    },
  },
  { name: 'screen', path: `${BOARD}/screen` },
  {
    name: 'screen-poll',
    path: `${BOARD}/screen`,
    reach: async (page, server) => {
      await expectSoon(() => server.streams, 1);
      server.send('state', aScreen({ poll: bars }));
      await page.getByRole('heading', { name: 'Tracing …' }).waitFor();
    },
  },
  {
    name: 'screen-hostile',
    path: `${BOARD}/screen`,
    reach: async (page, server) => {
      await expectSoon(() => server.streams, 1);
      const answers = Array.from({ length: 20 }, (_, index) => ({
        text: `${index} ${HOSTILE}`,
        count: 1,
        names: [HOSTILE],
      }));
      server.send('state', aScreen({ poll: { id: 'x', question: HOSTILE, answers } }));
      await page.getByText('and 14 more').waitFor();
      expect(await page.locator('.names').count()).toBe(0);
    },
  },
  { name: 'privacy', path: `${BOARD}/privacy` },
  { name: 'login', path: '/login' },
  { name: 'classes', path: '/board' },
  { name: 'message', path: '/nowhere' },
];

// Colours depend on the theme and not on the width, so each has one place.
const places = [
  { width: 1280, scheme: 'light' },
  { width: 390, scheme: 'dark' },
] as const;

test.each(sights)(
  'has no axe violation at 1280 px in light mode and at 390 px in dark mode, in the state "$name"',
  ({ name, path = BOARD, state = small, reach }) =>
    pages.with(
      async (page, server) => {
        await reach?.(page, server);
        for (const { width, scheme } of places) {
          await page.setViewportSize({ width, height: 800 });
          await page.emulateMedia({ colorScheme: scheme });
          expect(await violations(page)).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
          await picture(page, `pages-${name}-${width}-${scheme}`);
        }
        expect(await page.title()).not.toBe('bad');
      },
      { path, state },
    ),
);

const crowded = {
  id: 'x',
  question: 'Which of these long lists of words would you choose, if you had to choose one of them right now? '.repeat(
    2,
  ),
  options: Array.from({ length: 8 }, (_, index) => `${index} ${'long words '.repeat(7)}`),
  answers: [],
};

test('fills a projector of 1920 × 1080 without scrolling, with no text below 2 % of its width', () =>
  pages.with(
    async (page, server) => {
      await expectSoon(() => server.streams, 1);
      for (const poll of [undefined, bars, crowded]) {
        server.send('state', aScreen({ ...(poll && { poll }) }));
        await page.getByText(poll?.question.trim() ?? 'Steps:').waitFor();
        expect(await page.evaluate('document.documentElement.scrollHeight <= innerHeight')).toBe(true);
        const sizes = await page.evaluate<number[]>(
          `[...document.querySelectorAll('main *:not(.sr, svg, svg *)')].filter((one) => one.checkVisibility())` +
            `.map((one) => parseFloat(getComputedStyle(one).fontSize))`,
        );
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1920 * 0.02);
        await picture(page, `pages-projector-${poll?.options.length ?? 'progress'}`);
      }
    },
    { width: 1920, height: 1080, path: `${BOARD}/screen` },
  ));
