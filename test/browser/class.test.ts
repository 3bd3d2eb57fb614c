// Tests the bar of the class in a real browser, on the guide's pages behind a real portal.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { SeatApi } from '../../apps/portal/testing/seat-api.ts';
import { eventually } from '../../support/waiting.ts';
import { violations } from '../support/browser/axe.ts';
import { picture } from '../support/browser/browser.ts';
import { pageFiles } from '../support/browser/page-files.ts';
import { ClassPages, SEAT, setVisible } from './fakes/class-pages.ts';
import type { Room } from './fakes/class-pages.ts';
import { EDITING } from './fakes/pages.ts';
import { FakeGuide } from './fakes/fake-guide.ts';

jest.setTimeout(60_000);

let pages: ClassPages;
beforeAll(async () => {
  pages = await ClassPages.open();
});
afterAll(() => pages?.close());

const inRoom: ClassPages['with'] = (work, view) => pages.with(work, view);

/** An RFC 3339 time some seconds from now. What an instructor writes is newer than the claim. */
const at = (seconds = 0): string => `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;

const bar = (page: Page) => page.getByRole('complementary', { name: 'Your class' });
const press = (page: Page, name: string) => bar(page).getByRole('button', { name, exact: true }).press('Enter');
const read = (page: Page, text: string) => bar(page).getByText(text).first().waitFor();
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');

/** Makes a page ask at once, as when somebody looks at it again. */
const look = (page: Page) => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));

const aHint = () => ({ text: 'Line 4: <b>end</b> it.\nThen run.', by: 'Nina', at: at(1) });

test('asks for help by keyboard, and says who comes, and that it is over', async () => {
  await inRoom(async ({ api, page }) => {
    await press(page, 'I am stuck');
    await page.keyboard.type('My span <i>never</i> ends.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await read(page, 'You asked for help just now.');
    expect([api.seats.get(SEAT)?.spec.help?.text, await focused(page)]).toEqual([
      'My span <i>never</i> ends.',
      'Withdraw',
    ]);
    const { help } = api.seats.get(SEAT)?.spec ?? {};
    api.change(SEAT, { help: { at: at(), ...help, takenBy: 'Nina', takenAt: at() } });
    await look(page);
    await read(page, 'Nina is coming. You asked for help just now.');
    expect(await page.getByRole('status').filter({ hasText: 'Nina is coming.' }).count()).toBeGreaterThan(0);
    api.change(SEAT, { help: undefined } as never);
    await look(page);
    await bar(page).getByRole('button', { name: 'I am stuck' }).waitFor();
    expect(await focused(page)).toBe('I am stuck');
  });
});

test('withdraws a request for help', async () => {
  await inRoom(async ({ api, page }) => {
    await press(page, 'I am stuck');
    await press(page, 'Ask for help');
    await press(page, 'Withdraw');
    await bar(page).getByRole('button', { name: 'I am stuck' }).waitFor();
    expect(api.seats.get(SEAT)?.spec).not.toHaveProperty('help');
  });
});

test('keeps what is typed and the focus while news come', async () => {
  await inRoom(async ({ api, page }) => {
    await press(page, 'I am stuck');
    await page.keyboard.type('My sp');
    api.change(SEAT, { hint: aHint(), visit: { by: 'Nina', at: at() } });
    await look(page);
    await read(page, 'Line 4: <b>end</b> it.');
    await page.keyboard.type('an');
    expect(await page.getByLabel('What are you stuck on?').inputValue()).toBe('My span');
  });
});

test('shows a hint as text until it is read, and keeps it in a list', async () => {
  await inRoom(async ({ api, page, portal }) => {
    api.change(SEAT, { hint: aHint() });
    await look(page);
    await read(page, 'Line 4: <b>end</b> it.');
    await press(page, 'Got it');
    expect(await focused(page)).toBe('Hints (1)');
    await page.goto(`${portal.url}/s/${SEAT}/explore`);
    await press(page, 'Hints (1)');
    await bar(page).getByRole('listitem').getByText('Hint from Nina').waitFor();
    expect(await bar(page).getByRole('button', { name: 'Got it' }).count()).toBe(0);
  });
});

test('says that an instructor looks in, and lets the person agree, end and decline', async () => {
  await inRoom(async ({ api, page }) => {
    const takeover = () => api.seats.get(SEAT)?.spec.visit?.takeover;
    const visit = (more: object = {}) => api.change(SEAT, { visit: { by: 'Nina', at: at(), ...more } });
    visit();
    await look(page);
    await read(page, 'Nina is looking at your lab (read-only).');
    visit({ takeover: 'asked' });
    await look(page);
    await press(page, 'Agree');
    await read(page, 'Nina can work in your lab.');
    expect([takeover(), await focused(page)]).toEqual(['granted', 'End']);
    await press(page, 'End');
    await read(page, 'Nina is looking at your lab (read-only).');
    visit({ takeover: 'asked' });
    await look(page);
    await press(page, 'Decline');
    await read(page, 'Nina is looking at your lab (read-only).');
    expect(takeover()).toBeUndefined();
  });
});

const poll = { id: 'tracing', question: 'Tracing: how about it?', at: at() };

test('answers a poll without a name, changes the answer, and shows the name only if the person wants it', async () => {
  await inRoom(async ({ api, page, portal }) => {
    const results = () => portal.polls.results(api.workshops[0] as never, 'tracing');
    api.changeClass('otel', { poll: { ...poll, options: ['never', 'considering it', 'love it'] } });
    await look(page);
    await press(page, 'never');
    await read(page, 'You answered without your name: never');
    expect(results()).toEqual([{ text: 'never' }]);
    await press(page, 'love it');
    await read(page, 'You answered without your name: love it');
    await page.getByLabel('Show my name').check();
    await read(page, 'You answered with your name: love it');
    expect(results()).toEqual([{ text: 'love it', name: 'Ada' }]);
    expect(await bar(page).getByRole('button', { name: 'love it' }).getAttribute('aria-pressed')).toBe('true');
  });
});

test('takes an answer in own words', async () => {
  await inRoom(async ({ api, page, portal }) => {
    api.changeClass('otel', { poll: { ...poll, question: 'TIL ___' } });
    await look(page);
    await page.getByLabel('Your answer').fill('baggage <b>');
    await page.keyboard.press('Enter');
    await read(page, 'You answered without your name: baggage <b>');
    expect(portal.polls.results(api.workshops[0] as never, 'tracing')).toEqual([{ text: 'baggage <b>' }]);
  });
});

test('asks nothing while it is hidden, and at once when somebody looks again', async () => {
  await inRoom(async ({ api, page }) => {
    const asked: number[] = [];
    page.on('request', (request) => request.url().endsWith('/class/state') && asked.push(Date.now()));
    await setVisible(page, false);
    api.change(SEAT, { hint: aHint() });
    const before = asked.length;
    await page.waitForTimeout(6_000);
    expect(asked.length).toBe(before);
    await setVisible(page, true);
    await read(page, 'Line 4: <b>end</b> it.');
    expect(asked.length).toBe(before + 1);
  });
});

test('loads nothing of the class, and asks for nothing, in a lab without a portal', async () => {
  const guide = await FakeGuide.start(pageFiles());
  const page = await pages.browser.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${guide.url}${EDITING}`);
  await page.locator('.cm-content').waitFor();
  expect(asked.filter((path) => path.includes('class'))).toEqual([]);
  expect(asked).toContain('/assets/guide.js');
  await page.close();
  guide.stop();
});

test('opens again after the portal was away, and says so meanwhile', async () => {
  await inRoom(async ({ page, context }) => {
    await bar(page).waitFor();
    await context.route('**/class/state', (route) => route.fulfill({ status: 200, body: 'no JSON' }));
    for (let count = 0; count < 2; count++) {
      await look(page);
      await page.waitForTimeout(100);
    }
    await read(page, 'The portal does not answer. This page tries again.');
    await context.unroute('**/class/state');
    await look(page);
    await eventually(async () => expect(await bar(page).getByText('The portal does not answer').count()).toBe(0), {
      within: 5_000,
    });
  });
});

test('says that the seat is gone once an instructor has freed it', async () => {
  await inRoom(async ({ page, context }) => {
    await bar(page).waitFor();
    // Chromium logs each answer from 400 on as an error, so this answer is a redirect, as after a move.
    await context.route('**/class/state', (route) =>
      route.fulfill({ status: 307, headers: { location: `/s/${SEAT}/` } }),
    );
    await look(page);
    await read(page, 'This browser no longer has this seat.');
    await bar(page).getByRole('button', { name: 'Load the page again' }).waitFor();
  });
});

describe('accessibility', () => {
  const everything = (api: SeatApi): void => {
    api.change(SEAT, { hint: aHint(), help: { at: at(), text: 'Where?', takenBy: 'Nina' } });
    api.change(SEAT, { visit: { by: 'Nina', at: at(), takeover: 'asked' } });
    api.changeClass('otel', { poll: { ...poll, options: ['never', 'x'.repeat(80), 'love it'] } });
  };
  const states: [string, (room: Room) => Promise<unknown>][] = [
    ['the course', ({ page }) => bar(page).waitFor()],
    ['the question of a stuck person', ({ page }) => press(page, 'I am stuck')],
    [
      'all that a class says',
      async ({ api, page }) => {
        everything(api);
        await look(page);
        await read(page, 'Nina asks to work in your lab.');
        await press(page, 'Hints (1)');
      },
    ],
    [
      'Explore',
      async ({ api, page, portal }) => {
        everything(api);
        await page.goto(`${portal.url}/s/${SEAT}/explore`);
        await read(page, 'Nina asks to work in your lab.');
      },
    ],
  ];
  const everywhere = states.slice(2, 3);
  const views = [
    ...states.map(([name, reach]) => [name, 390, reach] as const),
    ...everywhere.map(([name, reach]) => [name, 1280, reach] as const),
  ];

  test.each(views)('has no axe violation and fits on the page of %s at %i px', async (name, width, reach) => {
    await inRoom(
      async (room) => {
        await reach(room);
        for (const colorScheme of ['light', 'dark'] as const) {
          await room.page.emulateMedia({ colorScheme });
          expect(await violations(room.page)).toEqual([]);
          await picture(room.page, `class-${name.replaceAll(' ', '-')}-${width}-${colorScheme}`);
        }
        expect(await room.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      },
      { width },
    );
  });
});
