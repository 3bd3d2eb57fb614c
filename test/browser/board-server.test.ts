// Tests the board's pages with the board's real server, and an API server in memory.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { BoardApi } from '../../apps/portal/board/testing/board-api.ts';
import { BoardHarness, KEY } from '../../apps/portal/board/testing/board-harness.ts';
import { aClaim, aSeat, aWorkshop } from '../../apps/portal/testing/objects.ts';
import { pageFiles } from '../support/browser/page-files.ts';
import { BoardPages, live } from './fakes/board-pages.ts';
import { FakeGuide } from './fakes/fake-guide.ts';
import { EDITING } from './fakes/pages.ts';

jest.setTimeout(60_000);

let pages: BoardPages;
beforeAll(async () => {
  pages = await BoardPages.start();
});
afterAll(() => pages?.close());

const now = (): string => new Date().toISOString();

/** A class of three seats, in which Ada asks for help. */
async function aClassWithAda(): Promise<BoardHarness> {
  const help = { text: 'My <b>span</b> is not there.', at: now() };
  const ada = aSeat('1', { claim: aClaim('a'.repeat(64), 'Ada'), spec: { help } });
  const api = new BoardApi([aWorkshop(3)], [ada, aSeat('2'), aSeat('3')]);
  const assets = pageFiles();
  const board = await new BoardHarness(api, { assets: { board: assets, guide: assets } }).start('otel-1');
  board.guide('otel-1').answer = (_request, response) =>
    void response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>x</title><h1>The lab</h1>');
  return board;
}

// The board answers the scripts of a guide, and its policy limits what they do.
test('shows a lab in two windows with one stream, and leads them back when the visit ends', async () => {
  const ada = aSeat('1', { claim: aClaim('a'.repeat(64), 'Ada') });
  const assets = pageFiles();
  const guide = await FakeGuide.start(assets);
  guide.viewer = { owner: 'Ada', portal: 'instructor' };
  const findGuide = () => Promise.resolve({ host: '127.0.0.1', port: Number(new URL(guide.url).port) });
  const api = new BoardApi([aWorkshop(1)], [ada]);
  const board = await new BoardHarness(api, { findGuide, assets: { board: assets, guide: assets } }).start();
  const work = async (page: Page): Promise<void> => {
    const [name = '', value = ''] = board.as().cookie.split('=', 2);
    await page.context().addCookies([{ name, value, url: board.url }]);
    await page.goto('/board/otel');
    await live(page);
    const labs = await Promise.all([1, 2].map(() => page.context().newPage()));
    for (const lab of labs) await lab.goto(`/s/otel-1${EDITING}`);
    for (const lab of labs) await lab.getByText('dice runs').waitFor();
    expect(guide.lab.listeners).toBe(1);
    guide.lab.setLoad(60);
    for (const lab of labs) await lab.getByText('60 a minute are played').waitFor();
    await page.getByRole('button', { name: 'Ada' }).click();
    await page.getByRole('button', { name: 'End the visit' }).click();
    for (const lab of labs) await lab.waitForURL('**/board/otel');
    // A window that still showed the lab would begin another visit by its next request.
    await page.waitForTimeout(1_500);
    expect(board.api.seat('otel-1').spec.visit).toBeUndefined();
  };
  await pages.open(board.url, work, { path: '/login' }).finally(() => {
    guide.stop();
    return board.stop();
  });
});

const messages = ({ api }: BoardHarness): string[] => api.events.map(({ message }) => message);

test('leads an instructor from the login to a person who asked for help, who is helped and moved', async () => {
  const board = await aClassWithAda();
  await pages
    .open(
      board.url,
      async (page) => {
        await page.getByLabel('Instructor key').fill('a guess');
        await page.getByLabel('Your name').fill('Grace');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').waitFor();
        await page.getByLabel('Instructor key').fill(KEY);
        await page.keyboard.press('Enter');
        await page.waitForURL('**/board/otel');
        await live(page);
        const call = page.locator('#queue li');
        await call.getByText('My <b>span</b> is not there.').waitFor();
        await call.getByRole('button', { name: 'Take' }).click();
        await call.getByText('with Grace').waitFor();

        await call.getByRole('button', { name: 'Ada' }).click();
        const opened = page.context().waitForEvent('page');
        await page.getByRole('button', { name: 'Look in' }).click();
        const lab = await opened;
        await lab.getByRole('heading', { name: 'The lab' }).waitFor();
        await page.getByText('Grace looks in.').waitFor();
        await page.getByRole('button', { name: 'End the visit' }).click();
        await page.getByText('The visit has ended.').waitFor();
        await lab.close();

        await page.getByRole('button', { name: 'Move …' }).click();
        await page.getByRole('button', { name: 'Move', exact: true }).click();
        await page.getByRole('button', { name: 'Close', exact: true }).click();
        await page.locator('#people tr', { hasText: 'Ada' }).waitFor();
        expect(board.api.seat('otel-1').spec.claim).toBeUndefined();
        expect(board.api.seat('otel-2').spec.claim?.name).toBe('Ada');

        await page.getByText('Ask a question').click();
        await page.getByRole('button', { name: 'When you think about tracing' }).click();
        await page.getByRole('heading', { name: 'When you think about tracing' }).waitFor();
        board.answer({ text: 'Love it' });
        await page.getByText('1 answer', { exact: true }).waitFor();

        await page.getByRole('button', { name: 'Log out' }).click();
        await page.getByLabel('Instructor key').waitFor();
      },
      { path: '/', allowed: ['status of 403'] },
    )
    .finally(() => board.stop());
  expect(messages(board)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/Grace is coming to help/),
      expect.stringMatching(/Grace opened the poll/),
    ]),
  );
});

test('shows the projector without names', async () => {
  const board = await aClassWithAda();
  const { cookie } = board.as();
  const page = await (await board.get('/board/otel/screen', { cookie })).text();
  await board.stop();
  expect(page).toContain('abc234');
  expect(page).not.toMatch(/Ada|Grace/);
});
