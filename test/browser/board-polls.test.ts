// Tests how an instructor asks the class a question, in a real browser.
import { jest } from '@jest/globals';
import type { BoardServer } from '../../apps/portal/web/testing/board-server.ts';
import { aBoard, aClass } from '../../apps/portal/web/testing/states.ts';
import { BoardPages } from './fakes/board-pages.ts';

jest.setTimeout(60_000);

let pages: BoardPages;
beforeAll(async () => {
  pages = await BoardPages.start();
});
afterAll(() => pages?.close());

const actions = ({ actions: all }: BoardServer) => all.map(({ action }) => action);

describe('a poll', () => {
  test('of the deck is asked with one press, and its results are live', () =>
    pages.with(async (page, server) => {
      await page.getByText('Ask a question').click();
      await page.getByRole('button', { name: 'When you think about tracing' }).press('Enter');
      await page.getByText('Asked.').waitFor();
      expect(actions(server)).toMatchObject([{ action: 'poll', id: 'tracing' }]);
      const poll = { id: 'tracing', question: 'Tracing …', options: ['Never', 'Considering it', 'Love it'] };
      server.show(aBoard(aClass(30), { poll: { ...poll, answers: [{ text: 'Love it', count: 3, names: ['Ada'] }] } }));
      await page.getByText('3 answers').waitFor();
      expect(await page.locator('#poll .bars li').allTextContents()).toEqual([
        'Never0',
        'Considering it0',
        'Love it3 Ada',
      ]);
      await page.getByRole('button', { name: 'What was your first' }).click();
      await page.getByText('The open poll closes.').waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Close the poll' }).click();
      await page.getByText('Closed.').waitFor();
    }));

  test('of one’s own is checked, and asked', () =>
    pages.with(async (page, server) => {
      await page.getByText('Ask a question').click();
      await page.getByRole('button', { name: 'Ask it' }).click();
      await page.getByText('Expected a question, found none.').waitFor();
      await page.getByLabel('Your own question').fill('Tea?');
      await page.getByLabel('Options').fill('yes\nno');
      await page.getByRole('button', { name: 'Ask it' }).click();
      await page.getByText('Asked.').waitFor();
      expect(actions(server)).toMatchObject([{ action: 'poll', question: 'Tea?', options: ['yes', 'no'] }]);
    }));
});
