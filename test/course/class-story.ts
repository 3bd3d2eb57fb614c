// A class of five as it happens: two learners and an instructor, each in a browser of their own. Each function is one
// scene.
import type { Locator, Page } from 'playwright-core';
import type { Verdict } from '../../apps/guide/contract.ts';
import { eventually } from '../../support/waiting.ts';
import { OWN_HEADERS } from '../support/cluster/guide.ts';
import { picture } from '../support/browser/browser.ts';

/** A learner's page asks for news of the class every five seconds. */
const NEWS_WITHIN = 30_000;
/**
 * Milliseconds after which the board must show a change. Five seats start meanwhile on perhaps two cores.
 * `npm run bench -- --only boards` measures how long it takes.
 */
const BOARD_WITHIN = 15_000;

export interface Room {
  readonly ada: Page;
  readonly grace: Page;
  readonly board: Page;
  /** Origin of the portal, which changes must name. */
  readonly origin: string;
}

const bar = (page: Page): Locator => page.getByRole('complementary', { name: 'Your class' });
const read = (page: Page, text: string): Promise<void> => bar(page).getByText(text).waitFor({ timeout: NEWS_WITHIN });
const press = (page: Page, name: string): Promise<void> => bar(page).getByRole('button', { name }).click();
const yes = (page: Page): Promise<void> => page.locator('#confirm-yes').click();

async function pictures({ ada, board }: Room, name: string): Promise<void> {
  await picture(ada, `story-${name}-ada`);
  await picture(board, `story-${name}-board`);
}

export async function login(board: Page, key: string): Promise<void> {
  await board.goto('/board');
  await board.getByLabel('Instructor key').fill(key);
  await board.getByLabel('Your name').fill('Nina');
  await board.keyboard.press('Enter');
  await board.getByRole('heading', { name: 'Why people are stuck' }).waitFor();
}

/** Three more people are on their way. Nina adds a seat for each, and they start while the class goes on. */
export async function seatsAdded({ board }: Room, names: readonly string[]): Promise<void> {
  await board.getByText('Seats: pause or add').click();
  for (const name of names) {
    const field = board.getByLabel('Name', { exact: true });
    await field.fill(name);
    await board.getByRole('button', { name: 'Add a seat' }).click();
    await yes(board);
    await eventually(async () => expect(await field.inputValue()).toBe(''), { within: BOARD_WITHIN, every: 50 });
  }
  await board.getByText('2 of 5 seats taken').waitFor({ timeout: BOARD_WITHIN });
}

/** The three that came late have labs, too, and the board shows all five. */
export async function allHere({ board }: Room): Promise<void> {
  await board.getByText('2 of 5 seats taken · 5 ready', { exact: true }).waitFor({ timeout: 60_000 });
  expect(await board.locator('#people tr').count()).toBe(5);
  await picture(board, 'story-five-board');
}

/** Ada is stuck, and Nina takes the request. */
export async function stuckAndTaken(room: Room): Promise<void> {
  const { ada, board } = room;
  await press(ada, 'I am stuck');
  await ada.getByLabel('What are you stuck on?').fill('My <b>span</b> never ends.');
  const call = board.locator('#queue li');
  const shown = call.getByText('My <b>span</b> never ends.').waitFor({ timeout: BOARD_WITHIN });
  await Promise.all([shown, press(ada, 'Ask for help')]);
  await call.getByRole('button', { name: 'Take' }).click();
  await read(ada, 'Nina is coming.');
  await pictures(room, 'taken');
}

/** Nina looks into Ada's lab, whose page says so, sends a hint, and resolves the request. */
export async function lookedInAndHelped(room: Room): Promise<void> {
  const { ada, board } = room;
  await board.locator('#queue li').getByRole('button', { name: 'Ada' }).click();
  const opened = board.context().waitForEvent('page');
  await board.getByRole('button', { name: 'Look in', exact: true }).click();
  const lab = await opened;
  await lab.getByText(/^Steps: \d+ of \d+ verified/).click();
  await lab.getByRole('link', { name: '6. ' }).first().click(); // a step that edits files, so that the page shows them
  await lab.getByText(/^dice runs/).waitFor();
  await lab.locator('.cm-content').waitFor();
  await read(ada, 'Nina is looking at your lab (read-only).');
  await picture(lab, 'story-look-in');
  await lab.close();
  await board.getByRole('button', { name: 'End the visit' }).click();
  await board.getByLabel('Hint to this person').fill('Line 4: <b>end</b> it.');
  await board.getByRole('button', { name: 'Send the hint' }).click();
  await read(ada, 'Line 4: <b>end</b> it.');
  await pictures(room, 'hint');
  await board.locator('#person').getByRole('button', { name: 'Resolved' }).click();
  await board.getByRole('button', { name: 'Close', exact: true }).click();
  await bar(ada).getByRole('button', { name: 'I am stuck' }).waitFor({ timeout: NEWS_WITHIN });
}

/** A check of Grace fails, and the board says on what within two seconds after its verdict. */
export async function failedCheck({ grace, board, origin }: Room): Promise<void> {
  const headers = { ...OWN_HEADERS, origin };
  const ask = async (act: string): Promise<string> => {
    const answer = await grace.request.post(`api/course/04-automatic/${act}`, { headers, data: {} });
    return answer.text();
  };
  await ask('start');
  const verdict = JSON.parse(await ask('check')) as Verdict;
  expect(verdict.passed ? undefined : verdict.finding).toBeDefined();
  await board.locator('#why li').first().waitFor({ timeout: BOARD_WITHIN });
  await board.locator('#people tr', { hasText: 'Grace' }).first().waitFor();
}

/** Nina turns a fault on in every lab. */
export async function faultForAll({ board }: Room, faultsNow: () => Promise<readonly (string | undefined)[]>) {
  await board.getByText('Faults in every lab').click();
  await board.getByRole('checkbox', { name: /spike/ }).check();
  await board.getByRole('button', { name: 'Apply' }).click();
  await yes(board);
  await eventually(async () => expect(new Set(await faultsNow())).toEqual(new Set(['spike'])), { within: 10_000 });
}

/** Nina asks a question. Both answer, and the projector shows the results without names. */
export async function poll(room: Room): Promise<void> {
  const { ada, grace, board } = room;
  await board.getByText('Ask a question').click();
  await board.getByRole('button', { name: 'When you think about tracing' }).click();
  for (const [page, answer] of [
    [ada, 'Love it'],
    [grace, 'Considering it'],
  ] as const) {
    await bar(page).getByRole('button', { name: answer }).click({ timeout: NEWS_WITHIN });
    await read(page, `You answered without your name: ${answer}`);
  }
  await board.getByText('2 answers', { exact: true }).waitFor({ timeout: BOARD_WITHIN });
  await pictures(room, 'poll');
  const screen = await board.context().newPage();
  await screen.goto(`${new URL(board.url()).pathname}/screen`);
  await screen.getByText('Love it').waitFor();
  await picture(screen, 'story-screen');
  expect(await screen.locator('main').innerText()).not.toMatch(/Ada|Grace/);
  await screen.close();
}

/** Nina ends the class. The learners' pages say so. */
export async function end({ ada, board }: Room): Promise<void> {
  await board.getByText('Extend or end').click();
  await board.getByRole('button', { name: 'End the class …' }).click();
  await yes(board);
  await eventually(async () => expect((await ada.request.get('.')).status()).toBe(503));
  await ada.goto('.');
  await ada.getByRole('heading', { name: 'Your seat is stopped' }).waitFor();
  await picture(board, 'story-end-board');
}
