// Tests the board's page in a real browser, with a server that sends prepared states: the table, the help queue,
// actions, polls, and what the page does while the server is silent.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { BoardServer } from '../../apps/portal/web/testing/board-server.ts';
import { aBoard, aClass, ago, aPerson } from '../../apps/portal/web/testing/states.ts';
import { picture } from '../support/browser/browser.ts';
import { BOARD, BoardPages, expectSoon, live } from './fakes/board-pages.ts';

jest.setTimeout(60_000);

let pages: BoardPages;
beforeAll(async () => {
  pages = await BoardPages.start();
});
afterAll(() => pages?.close());

const names = (page: Page): Promise<string[]> => page.locator('#people button.name').allTextContents();
const focused = (page: Page): Promise<string> => page.evaluate('document.activeElement.textContent');
const actions = ({ actions: all }: BoardServer) => all.map(({ action }) => action);

describe('the table', () => {
  test('shows thirty people on a laptop without scrolling', () =>
    pages.with(async (page) => {
      await live(page);
      expect(await page.locator('#people tr').count()).toBe(30);
      expect(await page.evaluate('document.documentElement.scrollHeight <= innerHeight')).toBe(true);
      await picture(page, 'pages-board-1366');
    }));

  test('is filtered, sorted and walked through by keyboard', () =>
    pages.with(async (page) => {
      await page.getByLabel('Sort by').focus();
      await page.keyboard.type('name');
      await page.getByLabel('Find').focus();
      await page.keyboard.type('ada');
      expect(await names(page)).toEqual(['Ada A.', 'Ada K.', 'Ada U.']);
      expect(await page.locator('th[aria-sort]').textContent()).toBe('Name');
      await page.locator('#people button.name').first().focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      expect(await focused(page)).toBe('Ada U.');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Ada U.' }).waitFor();
      await page.keyboard.press('Escape');
      expect(await focused(page)).toBe('Ada U.');
    }));

  test('says in words what the signs of the steps mean', () =>
    pages.with(async (page) => {
      const words = await page.locator('#people tr').first().locator('td.step .sr').allTextContents();
      expect(words.slice(0, 7)).toEqual([...Array<string>(5).fill('passed'), 'check failed', 'open']);
    }));

  test('shows the people of one reason, and all again', () =>
    pages.with(async (page) => {
      await page.getByRole('button', { name: '4 of 29: the span is never ended' }).press('Enter');
      expect(await names(page)).toEqual(['Ada A.', 'Cleo C.', 'Dana D.', 'Emil E.']);
      await page.getByRole('button', { name: /only “the span/ }).press('Enter');
      expect((await names(page)).length).toBe(30);
      expect(await page.evaluate('document.activeElement.id')).toBe('find');
    }));

  test('keeps the focus, the element and the scroll position when rows change and move', () =>
    pages.with(
      async (page, server) => {
        const name = page.getByRole('button', { name: 'Jun T.' });
        await name.focus();
        await page.evaluate('scrollTo(0, 150); document.activeElement.isMarked = true');
        const people = aClass(30);
        server.show(aBoard(people.toReversed().map((person) => ({ ...person, passed: [] }))));
        await page.locator('#people tr:first-child', { hasText: 'otel-30' }).waitFor();
        expect(await focused(page)).toBe('Jun T.');
        expect(await page.evaluate('document.activeElement.isMarked')).toBe(true);
        expect((await names(page)).slice(0, 3)).toEqual(['otel-30', 'Ivo C.', 'Hana B.']);
        server.show(aBoard(people.filter(({ name: called }) => called !== 'Jun T.')));
        await name.waitFor({ state: 'detached' });
        expect(await page.evaluate('document.activeElement.id')).toBe('find');
      },
      { height: 500 },
    ));

  test('keeps the order while the pointer is over it, so that a click hits the row that was aimed at', () =>
    pages.with(async (page, server) => {
      await page.getByRole('button', { name: 'Fatima F.' }).hover();
      server.show(aBoard(aClass(30).toReversed(), { why: [] }));
      await page.getByText('No check has failed last.').waitFor();
      expect((await names(page))[0]).toBe('Ada A.');
    }));
});

describe('an action', () => {
  test('extends a class only if it has an end', () =>
    pages.with(async (page, server) => {
      await page.getByText('Extend or end').click();
      await page.getByRole('button', { name: 'Extend', exact: true }).waitFor();
      const { workshop } = server.state;
      delete (workshop as { expiresAt?: string }).expiresAt;
      server.show({ ...server.state, workshop });
      await page.getByText('This class has no end').waitFor();
      expect(await page.getByRole('button', { name: 'Extend', exact: true }).count()).toBe(0);
      expect(await page.getByRole('button', { name: 'End the class …' }).isVisible()).toBe(true);
    }));

  test('of the help queue is sent with the token, and its error is shown next to the button', () =>
    pages.with(
      async (page, server) => {
        const first = page.locator('#queue li').first();
        await first.getByRole('button', { name: 'Take' }).click();
        await first.getByText('You have it.').waitFor();
        expect(server.actions).toEqual([{ action: { action: 'take', seat: 'otel-1' }, csrf: 'the-token' }]);
        server.answer = () => ({
          status: 409,
          body: { error: 'Expected an open call, found none: <b>it</b> was withdrawn.' },
        });
        await first.getByRole('button', { name: 'Resolved' }).click();
        await first.getByText('found none: <b>it</b> was withdrawn.').waitFor();
        server.answer = () => ({ status: 401 });
        await first.getByRole('button', { name: 'Resolved' }).click();
        await first.getByRole('link', { name: 'Log in again' }).waitFor();
      },
      { allowed: ['status of 409', 'status of 401'] },
    ));

  test('that loses something says so first, and does nothing on Escape', () =>
    pages.with(async (page, server) => {
      await page.getByRole('button', { name: 'Cleo C.' }).press('Enter');
      await page.getByRole('button', { name: 'Reset …' }).press('Enter');
      await page.getByText('Lost for good: the files, the progress').waitFor();
      await page.keyboard.press('Escape');
      expect(await page.getByRole('heading', { name: 'Cleo C.' }).isVisible()).toBe(true);
      expect(actions(server)).toEqual([]);
      await page.getByRole('button', { name: 'Reset …' }).press('Enter');
      await page.getByRole('button', { name: 'Reset the seat' }).press('Enter');
      await page.getByText('The seat is made anew.').waitFor();
      expect(actions(server)).toEqual([{ action: 'reset', seat: 'otel-3' }]);
    }));

  test('moves a person, sends a hint, and makes a link', () =>
    pages.with(async (page, server) => {
      server.answer = ({ action }) =>
        action === 'link'
          ? { status: 200, body: { url: 'http://class.example/hand/abc', expiresAt: ago(-10) } }
          : { status: 204 };
      await page.getByRole('button', { name: 'Cleo C.' }).click();
      await page.getByLabel('Hint to this person').fill(' End it. ');
      await page.getByRole('button', { name: 'Send the hint' }).click();
      await page.getByText('Sent.').waitFor();
      await page.getByRole('button', { name: 'Make a link' }).click();
      await page.getByText('http://class.example/hand/abc').waitFor();
      await page.getByRole('button', { name: 'Move …' }).click();
      await page.getByText('The person goes on in the lab of otel-30.').waitFor();
      await page.getByRole('button', { name: 'Move', exact: true }).click();
      await page.getByText('Moved.').waitFor();
      expect(actions(server)).toEqual([
        { action: 'hint', seat: 'otel-3', text: 'End it.' },
        { action: 'link', seat: 'otel-3' },
        { action: 'move', seat: 'otel-3', to: 'otel-30' },
      ]);
    }));

  test('takes a request from another instructor by their name, and offers nobody what is theirs', () => {
    const help = { at: ago(2), takenBy: 'Ben' };
    const people = [
      aPerson('otel-1', { needs: 'help', help }),
      aPerson('otel-2', { needs: 'help', help: { ...help, takenBy: 'Sam' } }),
    ];
    return pages.with(
      async (page, server) => {
        const [theirs, own] = [page.locator('#queue li').first(), page.locator('#queue li').last()];
        await theirs.getByRole('button', { name: 'Take instead' }).click();
        await theirs.getByText('You have it.').waitFor();
        expect(server.actions.at(-1)?.action).toEqual({ action: 'take', seat: 'otel-1', from: 'Ben' });
        expect(await own.getByRole('button', { name: /^Take/ }).count()).toBe(0);
      },
      { state: aBoard(people) },
    );
  });

  test('looks in, and opens the lab in a tab of its own after the server has agreed', () =>
    pages.with(async (page, server) => {
      await page.getByRole('button', { name: 'Cleo C.' }).click();
      const opened = page.context().waitForEvent('page');
      await page.getByRole('button', { name: 'Look in' }).click();
      const lab = await opened;
      await lab.waitForURL('**/s/otel-3/?step=06-manual');
      expect(await lab.evaluate('opener')).toBeNull();
      expect(actions(server)).toEqual([{ action: 'lookIn', seat: 'otel-3' }]);
      await lab.close();
    }));

  test('for the whole class asks first', () =>
    pages.with(async (page, server) => {
      await page.getByText('Faults in every lab').click();
      await page.getByLabel(/spike:/).check();
      await page.getByRole('button', { name: 'Apply', exact: true }).click();
      await page.getByRole('button', { name: 'Apply to every lab' }).click();
      await page.getByText('Labs follow').waitFor();
      await page.getByText('Hint to all').click();
      await page.getByLabel('Every learner’s page shows it').fill('Break until ten.');
      await page.getByRole('button', { name: 'Send to all' }).click();
      await page.getByText('Sent.').waitFor();
      await page.getByText('Extend or end').click();
      await page.getByRole('button', { name: 'End the class …' }).click();
      await page.getByText('Export progress and answers first.').waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      expect(actions(server)).toEqual([
        { action: 'faults', names: ['spike'] },
        { action: 'hint', text: 'Break until ten.' },
      ]);
    }));

  test('for the whole class say which faults do not exist', () =>
    pages.with(
      async (page) => {
        await page.getByText('unknown fault: bogus', { exact: true }).waitFor();
        await page.getByText('Faults in every lab').click();
        await page.getByText('names no fault that exists: bogus. Apply sets it anew.').waitFor();
      },
      { state: aBoard([], { workshop: { ...aBoard().workshop, unknownFaults: ['bogus'] } }) },
    ));

  test('says which id the name of a new seat has become', () =>
    pages.with(
      async (page, server) => {
        server.answer = () => ({ status: 200, body: { attendee: 'zoe-l-2' } });
        await page.getByText('Seats: pause or add').click();
        await page.getByLabel('Name', { exact: true }).fill('Zoë  L.');
        await page.getByRole('button', { name: 'Add a seat' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Add a seat' }).click();
        await page.getByText('Added with the id zoe-l-2.').waitFor();
        expect(actions(server)).toEqual([{ action: 'addSeat', name: 'Zoë  L.' }]);
      },
      { state: aBoard([], { workshop: { ...aBoard().workshop, hasNames: true } }) },
    ));

  test('that the board does not answer is reported, and the page goes on', () =>
    pages.with(
      async (page, server) => {
        server.stop();
        await page.locator('#queue li').first().getByRole('button', { name: 'Take' }).click();
        await page.getByText('The board did not answer.').waitFor();
      },
      { allowed: ['ERR_', 'failed request'] },
    ));
});

describe('the stream of events', () => {
  test('says when the connection is lost and since when, and goes on by itself', () =>
    pages.with(
      async (page, server) => {
        await live(page);
        server.isReachable = false;
        server.cut();
        await page.getByText(/No connection. What you see is from .* \(just now\)/).waitFor();
        server.state = aBoard([aPerson('otel-1', { name: 'Only Ada' })]);
        server.isReachable = true;
        await page.getByRole('button', { name: 'Only Ada' }).waitFor();
        await live(page);
      },
      { allowed: ['ERR_'] },
    ));

  test('is opened again after a silence, because a network may be gone without a word', () =>
    pages.with(
      async (page, server) => {
        await page.clock.install();
        await page.reload();
        await live(page);
        const before = server.opened;
        await page.clock.fastForward(30_000);
        server.send('beat', { at: ago(0) });
        await page.waitForFunction('1');
        await page.clock.fastForward(30_000);
        expect(server.opened).toBe(before);
        await page.clock.fastForward(11_000);
        await expectSoon(() => server.opened, before + 1);
      },
      { allowed: ['ERR_'] },
    ));

  test('says that the instructor is logged out', () =>
    pages.with(
      async (page, server) => {
        await live(page);
        server.isLoggedIn = false;
        server.cut();
        await page.getByRole('link', { name: 'Log in again' }).waitFor();
        expect(server.streams).toBe(0);
      },
      { allowed: ['ERR_', 'status of 401'] },
    ));

  test('says that the class has been deleted, and asks no more', () =>
    pages.with(async (page, server) => {
      await live(page);
      server.send('end', { reason: 'class' });
      await page.getByText('The class has been deleted.').waitFor();
    }));

  test('is opened again after a server that stops has ended it', () =>
    pages.with(async (page, server) => {
      await live(page);
      server.state = aBoard([aPerson('otel-1', { name: 'Only Ada' })]);
      server.send('end', { reason: 'session' });
      await page.getByRole('button', { name: 'Only Ada' }).waitFor();
    }));

  // A browser opens six connections to one origin over HTTP/1.1, and each stream keeps one.
  test('is one for 8 windows that are visible at the same time, so that each still gets answers', () =>
    pages.with(async (page, server) => {
      const others = await Promise.all(Array.from({ length: 7 }, () => page.context().newPage()));
      await Promise.all(others.map((other) => other.goto(BOARD)));
      const windows = [page, ...others];
      await Promise.all(windows.map(live));
      expect(server.streams).toBe(1);
      for (const one of windows) {
        await one.locator('#queue li').first().getByRole('button', { name: 'Take' }).click();
        await one.getByText('You have it.').waitFor();
      }
      server.show(aBoard([aPerson('otel-1', { name: 'Only Ada' })]));
      await Promise.all(windows.map((one) => one.getByRole('button', { name: 'Only Ada' }).waitFor()));
      await Promise.all(others.map((other) => other.close()));
      server.show(aBoard([aPerson('otel-1', { name: 'Only Grace' })]));
      await page.getByRole('button', { name: 'Only Grace' }).waitFor();
    }));

  test('is closed while the page is hidden', () =>
    pages.with(async (page, server) => {
      await live(page);
      expect(server.streams).toBe(1);
      const hide = (state: string) =>
        page.evaluate(
          `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });` +
            `document.dispatchEvent(new Event('visibilitychange'))`,
        );
      await hide('hidden');
      await expectSoon(() => server.streams, 0);
      server.state = aBoard([aPerson('otel-1', { name: 'Only Ada' })]);
      await hide('visible');
      await page.getByRole('button', { name: 'Only Ada' }).waitFor();
      expect(server.streams).toBe(1);
    }));
});
