// Acts at the board as its pages do, and as a hostile attendee would.
import { request as ask } from 'node:http';
import { eventually } from '../../../support/waiting.ts';
import { aClaim, aSeat, aWorkshop } from '../testing/objects.ts';
import { signSession } from '../session.ts';
import { CSRF_HEADER } from './contract.ts';
import { BoardApi } from './testing/board-api.ts';
import { BoardHarness, KEY } from './testing/board-harness.ts';
import type { StreamEvent } from './testing/board-harness.ts';

const NOON = '2026-11-30T12:00:00Z';
const SOON = { within: 2_000, every: 10 };
const ada = aClaim('a'.repeat(64), '<script>alert(1)</script>');

let board: BoardHarness;

beforeEach(async () => {
  const api = new BoardApi([aWorkshop(3)], [aSeat('1', { claim: ada }), aSeat('2')]);
  board = await new BoardHarness(api).start();
});
afterEach(() => board.stop());

describe('the logout', () => {
  let other: BoardHarness;

  /** Starts another replica, with the same secrets. */
  beforeEach(async () => {
    other = new BoardHarness(board.api);
    other.secrets = board.secrets;
    await other.start();
  });
  afterEach(() => other.stop());

  /** Returns why a stream ends. A heartbeat may send the state once more before that. */
  const endOf = async (next: () => Promise<StreamEvent | undefined>): Promise<StreamEvent['data'] | undefined> => {
    const event = await next();
    return event?.event === 'state' ? endOf(next) : event?.data;
  };

  const statuses = (cookie: string): Promise<number[]> =>
    Promise.all([board, other].map(async (one) => (await one.get('/board/otel', { cookie })).status));

  test('ends the session at all replicas, also for a copied cookie and an open stream', async () => {
    const [{ cookie, csrf }, another] = [board.as(), board.as()];
    const streams = await Promise.all([board, other].map((one) => one.stream('/board/otel/events', { cookie })));
    for (const { next } of streams) expect(await next()).toMatchObject({ event: 'state' });
    expect(await statuses(cookie)).toEqual([200, 200]);
    expect((await board.post('/logout', { csrf: 'x' }, { cookie })).status).toBe(403);
    const answer = await board.post('/logout', { csrf }, { cookie });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([303, expect.stringContaining('Max-Age=0')]);
    expect(await statuses(cookie)).toEqual([303, 303]);
    expect((await other.act({ action: 'end' }, { cookie, csrf })).status).toBe(401);
    for (const { next } of streams) expect(await endOf(next)).toEqual({ reason: 'session' });
    expect(await statuses(another.cookie)).toEqual([200, 200]);
  });

  test('says so if the cluster does not take it, and can be done again', async () => {
    const { cookie, csrf } = board.as();
    board.api.onWriteSessions = () => {
      throw new TypeError('connect ECONNREFUSED');
    };
    const answer = await board.post('/logout', { csrf }, { cookie });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([503, null]);
    expect(await answer.text()).toContain('You are still logged in');
    expect(await statuses(cookie)).toEqual([200, 200]);
    board.api.onWriteSessions = () => undefined;
    expect((await board.post('/logout', { csrf }, { cookie })).status).toBe(303);
    expect(await statuses(cookie)).toEqual([303, 303]);
  });
});

describe('without a session of an instructor', () => {
  const paths = ['/board', '/board/otel', '/board/otel/screen', '/board/otel/privacy', '/board/none', '/else'];
  const data = [
    '/board/otel/events',
    '/board/otel/screen/events',
    '/board/otel/progress.csv',
    '/board/otel/answers.md',
  ];

  test.each([...paths, ...data])('nobody gets %s', async (path) => {
    const seat = `intro-otel-seat=${signSession({ seat: 'otel-1', claim: ada.id }, board.secrets.cookie)}`;
    const renamed = seat.replace('seat', 'board');
    const forged = `intro-otel-board=${Buffer.from('{"name":"Eve","until":9e15}').toString('base64url')}.x`;
    for (const cookie of ['', seat, renamed, forged]) {
      const page = await board.get(path, { cookie });
      expect([page.status, page.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/login(\?to=|$)/)]);
      expect((await board.get(path, { cookie, accept: '*/*' })).status).toBe(401);
    }
  });

  test.each(['/s/otel-1/', '/s/otel-1/api/files', '/s/otel-1/assets/guide.js', '/s/none/'])(
    'nobody gets %s',
    async (path) => {
      const seat = `intro-otel-seat=${signSession({ seat: 'otel-1', claim: ada.id }, board.secrets.cookie)}`;
      for (const cookie of ['', seat]) expect((await board.get(path, { cookie })).status).toBe(401);
      expect(board.api.patches).toEqual([]);
    },
  );

  test('nobody acts', async () => {
    const { csrf } = board.as();
    const answer = await board.send('/board/otel/actions', { action: 'end' }, { [CSRF_HEADER]: csrf });
    expect([answer.status, await answer.json()]).toEqual([401, { error: expect.stringContaining('Log in') as string }]);
  });
});

describe('a request across origins', () => {
  const end = { action: 'end' };

  test.each<[string, (own: string) => Record<string, string>]>([
    ['the portal’s port', (own) => ({ origin: own.replace(/\d+$/, '8080') })],
    ['the portal’s port, as a browser says it', () => ({ 'sec-fetch-site': 'same-site' })],
    ['another site', () => ({ origin: 'http://evil.example' })],
    ['a sandboxed page of a learner’s app', () => ({ origin: 'null' })],
    ['the same host without its port', () => ({ origin: 'http://127.0.0.1' })],
  ])('from %s changes nothing, though it has the cookie and the token', async (_title, headers) => {
    const { cookie, csrf } = board.as();
    const all = { cookie, [CSRF_HEADER]: csrf, ...headers(board.url) };
    expect((await board.send('/board/otel/actions', end, all)).status).toBe(403);
    expect((await board.post('/logout', { csrf }, all)).status).toBe(403);
    expect(
      (await board.get('/board/otel/events', { cookie, ...headers(board.url), 'sec-fetch-mode': 'cors' })).status,
    ).toBe(403);
    expect(board.api.patches).toEqual([]);
  });

  /** Asks as a browser does for a link or an element of a page at the portal's port. `fetch` sets a mode of its own. */
  const from = (mode: string, target: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { cookie } = board.as();
      const fetched = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': mode, 'sec-fetch-dest': target };
      ask(`${board.url}/board/otel`, { headers: { cookie, ...fetched } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .once('error', reject)
        .end();
    });

  test('may lead to a page, but embed none', async () => {
    expect(await from('navigate', 'document')).toBe(200);
    expect(await from('navigate', 'iframe')).toBe(403);
    for (const target of ['script', 'image', 'empty']) expect(await from('no-cors', target)).toBe(403);
  });

  test('finds headers on every page that keep other origins out', async () => {
    const { headers } = await board.get('/board/otel', { cookie: board.as().cookie });
    expect(headers.get('content-security-policy')).toMatch(/script-src 'self';.*frame-ancestors 'none'/);
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual(['no-store', 'nosniff']);
  });
});

describe('an action', () => {
  test('needs the token of this session', async () => {
    const [one, other] = [board.as(), board.as('Edsger')];
    for (const csrf of ['', 'x', other.csrf])
      expect((await board.act({ action: 'end' }, { cookie: one.cookie, csrf })).status).toBe(403);
    expect((await board.act({ action: 'end' }, one)).status).toBe(204);
  });

  test('says what is wrong with it', async () => {
    const answer = await board.act({ action: 'take', seat: 'otel-1' });
    expect([answer.status, await answer.json()]).toEqual([
      409,
      { error: 'expected a request for help, found none: it was resolved or withdrawn.' },
    ]);
    const body = await board.act({ action: 'drop' } as never);
    expect(body.status).toBe(400);
  });

  test('is small JSON', async () => {
    const { cookie, csrf } = board.as();
    const headers = { cookie, [CSRF_HEADER]: csrf };
    const huge = { action: 'hint', text: 'x'.repeat(20_000) };
    expect((await board.send('/board/otel/actions', huge, headers)).status).toBe(413);
    const form = await board.post('/board/otel/actions', { action: 'end', csrf }, { cookie });
    expect([form.status, board.api.patches.length]).toEqual([204, 1]);
  });

  test('says so when the cluster does not answer', async () => {
    board.api.seats.onRequest = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const answer = await board.act({ action: 'stop', seat: 'otel-1' });
    expect([answer.status, await answer.text()]).toEqual([503, expect.not.stringContaining('ECONNREFUSED') as string]);
  });

  test('hands out a link to the portal, and never shows the key', async () => {
    const answer = await board.act({ action: 'link', seat: 'otel-1' });
    const { url } = (await answer.json()) as { url: string };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:8080\/hand-out\/a{64}\.\d+\.[\w-]+$/);
    expect(JSON.stringify(board.api.events)).not.toContain(KEY);
    expect(board.api.deeds).toEqual([
      'LinkHandedOut on otel-1: The instructor Grace made a link to the seat for its person.',
    ]);
  });
});

describe('the pages', () => {
  test('escape what comes from people', async () => {
    board.api.seats.change('otel-1', {
      help: { text: '</script><img src=x onerror=alert(1)>', at: new Date().toISOString() },
    });
    const { cookie } = board.as('<u>Grace');
    for (const path of ['/board/otel', '/board/otel/screen', '/board/otel/privacy']) {
      const text = await (await board.get(path, { cookie })).text();
      expect(text).not.toMatch(/<script>alert|<img src=x|<u>Grace/);
    }
  });

  test('lead to the only class, or list several, and know no others', async () => {
    const { cookie } = board.as();
    expect((await board.get('/board', { cookie })).headers.get('location')).toBe('/board/otel');
    board.api.classes.workshops.upsert({ ...aWorkshop(1, {}, 'second') });
    expect(await (await board.get('/board', { cookie })).text()).toContain('/board/second');
    expect((await board.get('/board/none', { cookie })).status).toBe(404);
    expect((await board.get('/board/otel/progress.exe', { cookie })).status).toBe(404);
  });

  test.each(['csv', 'md'])('give the progress and the answers as %s', async (type) => {
    const { cookie } = board.as();
    const progress = await board.get(`/board/otel/progress.${type}`, { cookie });
    expect(progress.headers.get('content-disposition')).toBe(`attachment; filename="otel-progress.${type}"`);
    expect(await progress.text()).toContain('otel-1'.replace('-', type === 'md' ? '\\-' : '-'));
    board.answered.push({ id: 'tool', question: 'Tool?', options: ['top', 'none'], answers: [{ text: 'top' }] });
    board.answered.push({ id: 'til', question: 'TIL?', answers: [{ text: '=1+1' }] });
    board.api.seats.changeClass('otel', { poll: { id: 'open', question: 'Open?', options: ['so'], at: NOON } });
    const answers = await (await board.get(`/board/otel/answers.${type}`, { cookie })).text();
    const rows = [
      ['Tool?', 'top', 1],
      ['Tool?', 'none', 0],
      ['TIL?', type === 'csv' ? "'=1+1" : '\\=1\\+1', 1],
      ['Open?', 'so', 0],
    ] as const;
    for (const [question, text, count] of rows)
      expect(answers).toContain(
        type === 'csv' ? `"${question}","${text}",${count},""` : `| ${question} | ${text} | ${count} |  |`,
      );
    expect(answers.trim().split('\n')).toHaveLength(type === 'csv' ? 5 : 8);
  });
});

describe('a stream', () => {
  test('sends the state at once, and each change to all', async () => {
    const streams = await Promise.all(Array.from({ length: 5 }, () => board.stream('/board/otel/events')));
    for (const { next } of streams)
      expect(await next()).toMatchObject({
        event: 'state',
        data: { people: [{ seat: 'otel-1' }, { seat: 'otel-2' }] },
      });
    board.api.seats.change('otel-1', { help: { at: NOON } });
    for (const { next, leave } of streams) {
      const changed = { data: { people: [{ seat: 'otel-1', needs: 'help' }, {}] } };
      // A stream that opens late on a busy machine may see what was known a moment before.
      await eventually(async () => expect(await next()).toMatchObject(changed), SOON);
      leave();
    }
  });

  test('makes one event of many changes', async () => {
    const { next, leave } = await board.stream('/board/otel/events');
    await next();
    board.api.seats.change('otel-2', { replicas: 0 });
    for (const text of ['a', 'b', 'c']) board.api.seats.change('otel-1', { help: { text, at: NOON } });
    expect(await next()).toMatchObject({ data: { people: [{ help: { text: 'c' } }, { state: 'Stopped' }] } });
    leave();
  });

  test('sends answers to the open poll, to the projector without names', async () => {
    board.api.seats.changeClass('otel', { poll: { id: 'til', question: 'TIL?', at: NOON } });
    const { next, leave } = await board.stream('/board/otel/screen/events');
    await next();
    board.answer({ text: 'spans', name: 'Ada' });
    expect(await next()).toMatchObject({ data: { poll: { answers: [{ text: 'spans', count: 1, names: [] }] } } });
    leave();
  });

  test('ends when the class is deleted', async () => {
    const { next } = await board.stream('/board/otel/events');
    await next();
    board.api.classes.workshops.forget('otel');
    expect(await next()).toEqual({ event: 'end', data: { reason: 'class' } });
    expect(await next()).toBeUndefined();
  });

  test('ends when the session ends', async () => {
    const { next } = await board.stream('/board/otel/events');
    await next();
    board.key = 'another-instructor-key-of-forty-three-chars';
    expect(await next()).toEqual({ event: 'end', data: { reason: 'session' } });
  });

  test('is refused when there are too many, until some are closed', async () => {
    const browser = board.as();
    const streams = await Promise.all(Array.from({ length: 8 }, () => board.stream('/board/otel/events', browser)));
    expect((await board.stream('/board/otel/events', browser)).status).toBe(503);
    streams.forEach(({ leave }) => leave());
    await eventually(async () => {
      const { status, leave } = await board.stream('/board/otel/events', browser);
      leave();
      expect(status).toBe(200);
    }, SOON);
  });
});
