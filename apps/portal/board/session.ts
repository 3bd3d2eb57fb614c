// The board's cookie. It says who the instructor is, and is signed. Its key depends on the instructor key, so another
// instructor key ends all sessions. It also depends on the portal's secret for cookies, but no other cookie of the
// portal has the same key.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { cookiesNamed } from '../session.ts';

/** Name of the board's cookie. Browsers send cookies to all ports of a host, so it differs from the portal's. */
export const BOARD_COOKIE = 'intro-otel-board';

/** Milliseconds for which a session is valid: a long day of a class. */
export const SESSION_MS = 14 * 3_600_000;

/** Characters of a cookie's value that the board reads at most. */
const LONGEST = 1024;

export interface BoardSession {
  /** What the instructor asked to be called. */
  readonly name: string;
  /** Names the session. It tells nobody how to make the cookie. */
  readonly id: string;
  /** The token that each change needs besides the cookie. */
  readonly csrf: string;
  /** When the session ends, in milliseconds since 1970. */
  readonly until: number;
  /** The cookie's value, with which the session can be checked again. */
  readonly cookie: string;
}

/** What the key of the board's cookies depends on. */
export interface SessionSecrets {
  /** The portal's secret for cookies. */
  readonly cookie: Buffer;
  /** The instructor key. */
  readonly key: string;
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The key for one purpose. The portal signs seat cookies with the secret itself, whose payload has no such prefix. */
const keyFor = ({ cookie, key }: SessionSecrets, purpose: 'cookie' | 'csrf'): Buffer =>
  hmac(hmac(cookie, `intro-otel board ${purpose}\0`), key);

const signatureOf = (payload: string, secrets: SessionSecrets): string =>
  hmac(keyFor(secrets, 'cookie'), payload).toString('base64url');

/** Returns the value of a new cookie. @param now in milliseconds since 1970 */
export function newSession(name: string, secrets: SessionSecrets, now: number): string {
  const content = { name, until: now + SESSION_MS, id: randomBytes(12).toString('base64url') };
  const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${payload}.${signatureOf(payload, secrets)}`;
}

/** Returns the session of a cookie's value if we signed it with today's keys and it has not ended, else undefined. */
export function sessionIn(cookie: string, secrets: SessionSecrets, now: number): BoardSession | undefined {
  const [payload = '', signature = '', ...rest] = cookie.slice(0, LONGEST).split('.');
  if (rest.length > 0 || !isEqual(signature, signatureOf(payload, secrets))) return undefined;
  const { name, until, id } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as BoardSession;
  const csrf = hmac(keyFor(secrets, 'csrf'), payload).toString('base64url');
  return until > now ? { name, id, until, csrf, cookie } : undefined;
}

/** Returns the session in a Cookie header. A browser may send several cookies of the same name. */
export const sessionOf = (header: string | undefined, secrets: SessionSecrets, now: number): BoardSession | undefined =>
  cookiesNamed(BOARD_COOKIE, header)
    .slice(0, 4)
    .map((value) => sessionIn(value, secrets, now))
    .find((session) => session !== undefined);

/** Compares two texts in a time that doesn't depend on where they differ. */
export function isEqual(one: string, other: string): boolean {
  const key = randomBytes(32);
  return timingSafeEqual(hmac(key, one), hmac(key, other));
}

/** Returns the value of Set-Cookie for a session, or for none, which removes the cookie. */
export const setBoardCookie = (value: string | undefined, isSecure: boolean): string =>
  `${BOARD_COOKIE}=${value ?? ''}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}` +
  (value === undefined ? '; Max-Age=0' : '');
