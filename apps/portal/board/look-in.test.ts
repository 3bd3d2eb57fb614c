// Looks into labs as an instructor, also into one whose guide a learner has taken over.
import { connect } from 'node:net';
import { verifyPortalToken } from '../../../lab/portal-token.ts';
import { eventually } from '../../../support/waiting.ts';
import { aClaim, aSeat, aWorkshop } from '../testing/objects.ts';
import { PUBLIC_KEY, PortalHarness } from '../testing/portal-harness.ts';
import { SeatApi } from '../testing/seat-api.ts';
import { guardFor } from './look-in.ts';
import { BoardApi } from './testing/board-api.ts';
import { BoardHarness } from './testing/board-harness.ts';

const SOON = { within: 2_000, every: 10 };
const seat = '/s/otel-1';
const ada = { ...aClaim('a'.repeat(64), 'Ada'), at: '2026-11-29T09:00:00Z' };

let board: BoardHarness;

beforeEach(async () => {
  const api = new BoardApi([aWorkshop(3)], [aSeat('1', { claim: ada }), aSeat('2')]);
  board = await new BoardHarness(api).start('otel-1', 'otel-2');
});
afterEach(() => board.stop());

const visit = () => board.api.seat('otel-1').spec.visit;
const received = () => board.guide('otel-1').received.at(-1);
const tokenSeen = (): string => String(received()?.headers['x-intro-otel-portal']);
const expected = (name = 'otel-1', now = Date.now()) => ({
  publicKey: PUBLIC_KEY,
  seat: name,
  uid: `uid-${name}`,
  now,
});
const grant = (takeover: 'asked' | 'granted' | 'none' = 'granted', by = 'Grace') =>
  board.api.seats.change('otel-1', {
    visit: { by, at: new Date().toISOString(), ...(takeover !== 'none' && { takeover }) },
  });

describe('looking in', () => {
  test('tells the learner before the first request reaches the guide, and leaves one Event', async () => {
    const { cookie } = board.as();
    board.guide('otel-1').answer = (_request, response) => void response.end(visit()?.by ?? 'nobody');
    const answers = await Promise.all(['/', '/lab', '/why'].map((path) => board.get(seat + path, { cookie })));
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['Grace', 'Grace', 'Grace']);
    expect(board.api.deeds).toEqual(['VisitBegan on otel-1: The instructor Grace looks into the seat.']);
    expect(board.api.patches).toHaveLength(1);
  });

  test('is renewed at most once a minute', async () => {
    const { cookie } = board.as();
    const at = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
    board.api.seats.change('otel-1', { visit: { by: 'Grace', at: at(50) } });
    await board.get(`${seat}/`, { cookie });
    expect(board.api.patches).toEqual([]);
    board.api.seats.change('otel-1', { visit: { by: 'Grace', at: at(61), takeover: 'granted' } });
    await Promise.all([board.get(`${seat}/`, { cookie }), board.get(`${seat}/`, { cookie })]);
    expect(board.api.patches).toHaveLength(1);
    await eventually(() => expect(Date.parse(visit()?.at ?? '')).toBeGreaterThan(Date.now() - 5_000), SOON);
    expect(visit()?.takeover).toBe('granted');
  });

  test('reaches no guide if the learner can’t be told', async () => {
    board.api.seats.onRequest = () => Promise.reject(new Error('down'));
    expect((await board.get(`${seat}/`, { cookie: board.as().cookie })).status).toBe(503);
    expect(received()).toBeUndefined();
  });

  test('is refused while somebody else looks in', async () => {
    grant('none', 'Edsger');
    expect((await board.get(`${seat}/`, { cookie: board.as('Grace').cookie })).status).toBe(409);
    expect(received()).toBeUndefined();
  });

  test('says at the guide that it is an instructor, and passes on no cookie', async () => {
    const { cookie } = board.as();
    await board.get(`${seat}/api/files?x=1`, { cookie: `intro-otel-seat=x; ${cookie}`, authorization: 'Bearer x' });
    expect(received()).toMatchObject({ url: '/api/files?x=1', headers: { 'x-forwarded-prefix': seat } });
    expect(received()?.headers).not.toHaveProperty('cookie');
    expect(received()?.headers).not.toHaveProperty('authorization');
    expect(verifyPortalToken(tokenSeen(), expected())).toMatchObject({ role: 'instructor', name: 'Grace' });
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s before the guide', async (method) => {
    const answer = await fetch(`${board.url}${seat}/api/files`, {
      method,
      headers: { cookie: board.as().cookie, origin: board.url },
    });
    expect([answer.status, received()]).toEqual([403, undefined]);
  });

  test('shows no seat that does not run, and none that is not there', async () => {
    const { cookie } = board.as();
    board.api.seats.change('otel-2', { replicas: 0 });
    expect((await board.get('/s/otel-2/', { cookie })).status).toBe(503);
    expect((await board.get('/s/none/', { cookie })).status).toBe(404);
    expect((await board.get('/s/otel-1', { cookie })).headers.get('location')).toBe('/s/otel-1/');
    expect((await board.get('/s/%6ftel-1/', { cookie })).status).toBe(400);
  });
});

describe('a takeover', () => {
  const put = (browser = board.as()) =>
    fetch(`${board.url}${seat}/api/files`, {
      method: 'PUT',
      headers: { cookie: browser.cookie, origin: board.url },
      body: '{}',
    });

  test('begins when the learner agrees, and ends at once when the learner ends it', async () => {
    grant('asked');
    expect((await put()).status).toBe(403);
    grant();
    expect((await put()).status).toBe(200);
    expect(verifyPortalToken(tokenSeen(), expected())).toMatchObject({ role: 'takeover', name: 'Grace' });
    grant('none');
    expect((await put()).status).toBe(403);
    expect(board.guide('otel-1').received).toHaveLength(1);
  });

  test('is for the instructor who asked, and not after the visit has lapsed', async () => {
    grant();
    expect((await put(board.as('Edsger'))).status).toBe(409);
    board.api.seats.change('otel-1', {
      visit: { by: 'Grace', at: new Date(Date.now() - 91_000).toISOString(), takeover: 'granted' },
    });
    expect((await put()).status).toBe(403);
    expect(visit()?.takeover).toBeUndefined();
  });

  test('breaks off what runs when the learner ends it, and leaves what only reads', async () => {
    grant();
    const { cookie } = board.as();
    board.guide('otel-1').answer = (_request, response) => void response.writeHead(200).write('a');
    const open = async () => {
      const reader = (await board.get(`${seat}/events`, { cookie })).body?.getReader();
      await reader?.read();
      return reader;
    };
    const working = await open();
    grant('none');
    await expect(working?.read()).rejects.toThrow();
    const reading = await open();
    const end = reading?.read();
    board.api.seats.change('otel-1', { hint: { text: 'x', by: 'Grace', at: new Date().toISOString() } });
    expect(await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 100, 'open'))])).toBe('open');
    board.api.seats.change('otel-1', { visit: undefined } as never);
    await expect(end).rejects.toThrow();
  });

  test('changes nothing for a page of another origin', async () => {
    grant();
    for (const origin of [board.url.replace(/\d+$/, '8080'), 'null', 'http://evil.example'])
      expect(
        (
          await fetch(`${board.url}${seat}/api/files`, {
            method: 'PUT',
            headers: { cookie: board.as().cookie, origin },
          })
        ).status,
      ).toBe(403);
    expect(received()).toBeUndefined();
  });
});

describe('a guide that a learner has taken over', () => {
  const hostile = '<script>fetch("/board/otel")</script>';

  test('gets a token that works for no other seat, not later, and not at the board or the portal', async () => {
    const { cookie } = board.as();
    await board.get(`${seat}/`, { cookie });
    const token = tokenSeen();
    expect(verifyPortalToken(token, expected('otel-2'))).toBeUndefined();
    expect(verifyPortalToken(token, { ...expected(), uid: 'uid-of-the-next-seat' })).toBeUndefined();
    expect(verifyPortalToken(token, expected('otel-1', Date.now() + 31_000))).toBeUndefined();
    const header = { 'x-intro-otel-portal': token };
    expect((await board.get('/board/otel', header)).status).toBe(303);
    expect((await board.get('/s/otel-2/', header)).status).toBe(401);
    expect((await board.get('/board/otel', { cookie: `intro-otel-board=${token}` })).status).toBe(303);
    const portal = await new PortalHarness(new SeatApi([aWorkshop(3)], [aSeat('2')])).start();
    expect((await portal.get('/s/otel-2/', header)).status).toBe(401);
    expect((await portal.get('/s/otel-2/', { cookie })).status).toBe(401);
    await portal.stop();
  });

  test('runs no script on the board’s origin', async () => {
    board.guide('otel-1').answer = (_request, response) =>
      void response
        .writeHead(200, {
          'content-type': 'text/html',
          'content-security-policy': "script-src 'unsafe-inline' *",
          'content-security-policy-report-only': 'x',
          'access-control-allow-origin': '*',
          'set-cookie': 'intro-otel-board=planted',
          link: '</x>; rel=preload',
          refresh: '0; url=http://evil.example',
        })
        .end(hostile);
    const { headers } = await board.get(`${seat}/x`, { cookie: board.as().cookie });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`script-src ${board.url}${seat}/assets/;`);
    expect(policy).toContain(`connect-src ${board.url}${seat}/ ${board.url.replace('http', 'ws')}${seat}/;`);
    expect(policy).toContain("form-action 'none'; base-uri 'none'; frame-ancestors 'none'");
    for (const name of [
      'access-control-allow-origin',
      'set-cookie',
      'link',
      'refresh',
      'content-security-policy-report-only',
    ])
      expect([name, headers.get(name)]).toEqual([name, null]);
  });

  test('does not answer for its scripts', async () => {
    board.guide('otel-1').answer = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'text/javascript' }).end('fetch("/board/otel")');
    const { cookie } = board.as();
    expect(await (await board.get(`${seat}/assets/guide.js`, { cookie })).text()).toBe('export const own = true;\n');
    for (const path of ['/assets/evil.js', '/assets/..%2fx.js', '/assets/../x.js'])
      expect((await board.get(seat + path, { cookie })).headers.get('content-type')).not.toContain('javascript');
    const other = await board.get(`${seat}/evil.js`, { cookie });
    expect([other.headers.get('content-type'), other.headers.get('x-content-type-options')]).toEqual([
      'text/plain; charset=utf-8',
      'nosniff',
    ]);
    const ping = await fetch(`${board.url}${seat}/sw.js`, { headers: { cookie, 'service-worker': 'script' } });
    expect(ping.status).toBe(403);
  });

  test('has an answer without a type taken for text, and its scripts kept out at an IPv6 address, too', () => {
    expect(guardFor('a', 'http://[::1]:1')({})).toMatchObject({
      'content-type': 'text/plain',
      'content-security-policy': expect.stringContaining("script-src 'self'") as string,
    });
  });
});

describe('a WebSocket', () => {
  const dial = (headers: Record<string, string>): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(board.url).port), '127.0.0.1');
      const lines = Object.entries({
        host: new URL(board.url).host,
        connection: 'Upgrade',
        upgrade: 'websocket',
        ...headers,
      });
      socket.write(`GET ${seat}/ws HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.once('error', reject).once('close', () => resolve(text.split('\r\n', 1)[0] ?? ''));
    });

  test('needs the origin of the board and a session', async () => {
    const { cookie } = board.as();
    expect(await dial({ cookie })).toContain(' 403 ');
    expect(await dial({ cookie, origin: board.url.replace(/\d+$/, '8080') })).toContain(' 403 ');
    expect(await dial({ cookie, origin: 'null' })).toContain(' 403 ');
    expect(await dial({ origin: board.url })).toContain(' 401 ');
    expect(received()).toBeUndefined();
  });
});
