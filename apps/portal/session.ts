// The portal's cookie. It says which seat a browser has, and is signed. It is valid only while that Seat has the claim.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { PORTAL } from '../../lab/names.ts';

export interface SessionClaims {
  /** Name of the Seat. */
  readonly seat: string;
  /** The Seat's spec.claim.id. */
  readonly claim: string;
}

/** Characters of a cookie's value that the portal reads at most. */
const LONGEST = 1024;

export function signSession({ seat, claim }: SessionClaims, secret: Buffer): string {
  const payload = Buffer.from(JSON.stringify({ seat, claim })).toString('base64url');
  return `${payload}.${signatureOf(payload, secret)}`;
}

const signatureOf = (payload: string, secret: Buffer): string =>
  createHmac('sha256', secret).update(payload).digest('base64url');

/** Returns what a cookie's value says if we signed it, else undefined. */
export function verifySession(value: string, secret: Buffer): SessionClaims | undefined {
  const [payload = '', signature = '', ...rest] = value.slice(0, LONGEST).split('.');
  const expected = Buffer.from(signatureOf(payload, secret));
  const found = Buffer.from(signature);
  if (rest.length > 0 || found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as SessionClaims;
}

/** Returns the values of the cookies of a name in a Cookie header. A browser may send several of the same name. */
export const cookiesNamed = (name: string, header = ''): string[] =>
  header
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.startsWith(`${name}=`))
    .map((cookie) => cookie.slice(name.length + 1));

/** Returns the value of Set-Cookie for a session, or for none, which removes the cookie. */
export const setCookie = (value: string | undefined, isSecure: boolean, name: string = PORTAL.cookie): string =>
  `${name}=${value ?? ''}; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}` +
  (value === undefined ? '; Max-Age=0' : '');
