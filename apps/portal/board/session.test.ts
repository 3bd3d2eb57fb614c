import { randomBytes } from 'node:crypto';
import { signSession } from '../session.ts';
import { EndedSessions } from './ended-sessions.ts';
import { BOARD_COOKIE, newSession, SESSION_MS, sessionIn, sessionOf, setBoardCookie } from './session.ts';
import { BoardApi, SESSIONS } from './testing/board-api.ts';

const secrets = { cookie: randomBytes(32), key: 'an instructor key' };
const now = Date.UTC(2026, 10, 30, 9);

test('knows its own cookie, and gives each session a token of its own', () => {
  const [one, other] = [newSession('Zoë', secrets, now), newSession('Zoë', secrets, now)];
  const session = sessionIn(one, secrets, now);
  expect(session).toMatchObject({ name: 'Zoë', until: now + SESSION_MS, cookie: one });
  expect(session?.csrf).toMatch(/^[\w-]{43}$/);
  expect(sessionIn(other, secrets, now)?.csrf).not.toBe(session?.csrf);
  expect(one).not.toContain(session?.csrf ?? '-');
});

test('ends a session after its time, and when one of its keys changes', () => {
  const cookie = newSession('Grace', secrets, now);
  expect(sessionIn(cookie, secrets, now + SESSION_MS - 1)).toBeDefined();
  expect(sessionIn(cookie, secrets, now + SESSION_MS)).toBeUndefined();
  expect(sessionIn(cookie, { ...secrets, key: 'another key' }, now)).toBeUndefined();
  expect(sessionIn(cookie, { ...secrets, cookie: randomBytes(32) }, now)).toBeUndefined();
});

test('refuses a seat cookie, a changed name and every other text', () => {
  const [payload = '', signature = ''] = newSession('Grace', secrets, now).split('.');
  const other = Buffer.from(JSON.stringify({ name: 'Eve', until: now + SESSION_MS, id: 'x' })).toString('base64url');
  const seat = signSession({ seat: 'otel-1', claim: 'c' }, secrets.cookie);
  const asSeat = signSession({ name: 'Eve', until: now + SESSION_MS } as never, secrets.cookie);
  for (const value of [
    '',
    '.',
    payload,
    `${payload}.`,
    `${other}.${signature}`,
    `${payload}.${signature}.x`,
    seat,
    asSeat,
  ])
    expect([value, sessionIn(value, secrets, now)]).toEqual([value, undefined]);
});

test('finds the valid one of several cookies', () => {
  const value = newSession('Grace', secrets, now);
  const header = `${BOARD_COOKIE}=planted; other=1; ${BOARD_COOKIE}=${value}`;
  expect(sessionOf(header, secrets, now)?.name).toBe('Grace');
  expect(sessionOf(`x${BOARD_COOKIE}=${value}`, secrets, now)).toBeUndefined();
});

test('sets a cookie that scripts and other sites do not get', () => {
  expect(setBoardCookie('v', true)).toBe('intro-otel-board=v; Path=/; HttpOnly; SameSite=Strict; Secure');
  expect(setBoardCookie(undefined, false)).toBe('intro-otel-board=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0');
});

describe('the sessions that were logged out', () => {
  const start = () => {
    const api = new BoardApi([], []);
    const ended = new EndedSessions({ api: api.api, configMap: SESSIONS });
    api.onSessions((configMap) => ended.cache.upsert(configMap));
    return { api, ended };
  };
  const session = (minute: number) => ({ id: `session-number-${minute}`, until: now + minute * 60_000 });

  test('are named until they would have ended anyway', async () => {
    const { api, ended } = start();
    await ended.end(session(1), now);
    expect(ended.has(session(1))).toBe(true);
    expect(ended.has(session(2))).toBe(false);
    await ended.end(session(3), now + 60_000);
    expect(api.sessions.data).toEqual({ 'session-number-3': String(session(3).until) });
  });

  test('stay ended when there are too many to name', async () => {
    const { api, ended } = start();
    for (let minute = 1; minute <= 300; minute++) await ended.end(session(minute), now);
    expect(Object.keys(api.sessions.data ?? {})).toHaveLength(201);
    for (let minute = 1; minute <= 300; minute++) expect([minute, ended.has(session(minute))]).toEqual([minute, true]);
    expect(ended.has(session(301))).toBe(false);
  });

  test('are all named if two portals write at the same time', async () => {
    const { ended } = start();
    await Promise.all([1, 2].map((minute) => ended.end(session(minute), now)));
    expect([1, 2].map((minute) => ended.has(session(minute)))).toEqual([true, true]);
  });
});
