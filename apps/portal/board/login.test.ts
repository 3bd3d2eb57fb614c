// Logs in at the board: with the right key, and as a hostile attendee would.
import { aSeat, aWorkshop } from '../testing/objects.ts';
import { cookieIn } from '../testing/portal-harness.ts';
import { BoardApi } from './testing/board-api.ts';
import { BoardHarness, KEY } from './testing/board-harness.ts';

let board: BoardHarness;

beforeEach(async () => {
  board = await new BoardHarness(new BoardApi([aWorkshop(3)], [aSeat('1'), aSeat('2')])).start();
});
afterEach(() => board.stop());

describe('the login', () => {
  test('takes the key once it is right, and sets a cookie that opens the board', async () => {
    expect((await board.get('/board')).headers.get('location')).toBe('/login');
    const wrong = await board.post('/login', { key: 'wrong', name: '"><i>' });
    expect([wrong.status, cookieIn(wrong)]).toEqual([403, '']);
    expect(await wrong.text()).not.toContain('"><i>');
    const answer = await board.post('/login', { key: ` ${KEY}\n`, name: 'Grace' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/board']);
    expect(answer.headers.get('set-cookie')).toMatch(/^intro-otel-board=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/);
    const page = await board.get('/board/otel', { cookie: cookieIn(answer) });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Grace');
  });

  test.each(['', ' ', 'x'.repeat(61), 'a\u0000b'])('asks again for the name %j', async (name) => {
    const answer = await board.post('/login', { key: KEY, name });
    expect([answer.status, cookieIn(answer)]).toEqual([400, '']);
  });

  test('limits wrong keys, and still takes the right one', async () => {
    const guess = async (index: number) => (await board.post('/login', { key: `guess ${index}`, name: 'Eve' })).status;
    const statuses = await Promise.all(Array.from({ length: 200 }, (_, index) => guess(index)));
    expect(new Set(statuses)).toEqual(new Set([403, 429]));
    expect(statuses.filter((status) => status === 403).length).toBeLessThan(40);
    expect((await board.post('/login', { key: KEY, name: 'Grace' })).status).toBe(303);
  });

  test('refuses a key from another site', async () => {
    for (const origin of ['http://evil.example', 'null', board.url.replace(/\d+$/, '8080')])
      expect((await board.post('/login', { key: KEY, name: 'Eve' }, { origin })).status).toBe(403);
    const withoutOrigin = await fetch(`${board.url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ key: KEY, name: 'Eve' }),
    });
    expect(withoutOrigin.status).toBe(403);
  });

  test('ends all sessions when the instructor key changes', async () => {
    const { cookie } = board.as();
    expect((await board.get('/board/otel', { cookie })).status).toBe(200);
    board.key = 'another-instructor-key-of-forty-three-chars';
    expect((await board.get('/board/otel', { cookie })).headers.get('location')).toBe('/login?to=%2Fboard%2Fotel');
  });

  test.each([
    ['/board/otel/screen', '/board/otel/screen'],
    ['//evil.example', '/board'],
    ['/board/../s/otel-1/', '/board'],
    ['https://evil.example/board/otel', '/board'],
  ])('leads to the page that was asked for, and to no other site: %s', async (to, location) => {
    const form = await (await board.get(`/login?to=${encodeURIComponent(to)}`)).text();
    expect(form).toContain(`name="to" value="${location}"`);
    const answer = await board.post('/login', { key: KEY, name: 'Grace', to });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, location]);
  });
});
