// A host for each seat, with the chart's value portal.subdomains: `<seat>.<host of portal.url>`. Seats then share no
// origin. The browser comes from the portal's host to the seat's host with a token that is worth something only once,
// for a minute, and in this browser. See docs/adr/0041-each-seat-has-a-host-if-asked.md.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { PORTAL } from '../../lab/names.ts';
import { originOf } from './origin.ts';
import type { Origin } from './origin.ts';
import { cookiesNamed, signSession, verifySession } from './session.ts';
import type { SessionClaims } from './session.ts';

/** A label of a host name that can be a seat's. https://www.rfc-editor.org/rfc/rfc1123#section-2.1 */
const SEAT = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Milliseconds for which a token is valid, and the browser's nonce with it. */
const VALID_FOR = 60_000;
/** Tokens that are remembered as used, at most. Then no token is accepted until the oldest have expired. */
const MOST_USED = 10_000;
const LONGEST = 1_024;

/** What a token lets the browser do at the seat's host. */
type Purpose = 'enter' | 'leave';

interface Token extends SessionClaims {
  readonly purpose: Purpose;
  /** Hash of the nonce that the browser has as a cookie of the seat's host. Empty in a token that leaves. */
  readonly nonce: string;
  /** Milliseconds since 1970 at which the token ends. */
  readonly until: number;
  /** Makes each token different, so that each can be used once. */
  readonly id: string;
}

export interface SeatHostsOptions {
  /** Where browsers reach the portal. Its host must be a name. */
  readonly url: Origin;
  /** Returns the secret that signs the portal's cookies. */
  readonly secret: () => Buffer;
  /** Returns milliseconds since 1970. All replicas must agree. */
  readonly now?: () => number;
}

export class SeatHosts {
  /** Where browsers reach the portal itself. */
  readonly url: Origin;
  readonly #secret: () => Buffer;
  readonly #now: () => number;
  /** Ids of used tokens, and when each ends. */
  readonly #used = new Map<string, number>();

  constructor({ url, secret, now = Date.now }: SeatHostsOptions) {
    this.url = url;
    this.#secret = secret;
    this.#now = now;
  }

  /** Whether browsers reach the seats by TLS. */
  get isSecure(): boolean {
    return this.url.proto === 'https';
  }

  originOf(seat: string): Origin {
    return { proto: this.url.proto, host: `${seat}.${this.url.host}` };
  }

  /**
   * Returns the seat of a Host header. Undefined for the portal's own host, and any other. `invalid` for a host below
   * the portal's that is no seat's.
   */
  seatOf(header: string | undefined): string | undefined {
    const host = originOf(`${this.url.proto}://${header ?? ''}`)?.host ?? '';
    if (!host.endsWith(`.${this.url.host}`)) return undefined;
    const label = host.slice(0, -this.url.host.length - 1);
    return SEAT.test(label) ? label : 'invalid';
  }

  /** Name of the cookie in which a seat's host keeps the session. */
  get cookie(): string {
    return hostOnly(`${PORTAL.cookie}-host`, this.isSecure);
  }

  /** Name of the cookie with the nonce of this hash. Each tab has its own, because several may enter at once. */
  nonceCookie(hash: string): string {
    return hostOnly(`${PORTAL.cookie}-nonce-${hash.slice(0, 8)}`, this.isSecure);
  }

  /** Returns what a cookie of a seat's host says, if this portal has made it for this host. */
  sessionIn(cookie: string | undefined, seat: string): SessionClaims | undefined {
    return cookiesNamed(this.cookie, cookie)
      .map((value) => verifySession(value, this.#keyOf(seat)))
      .find((claims) => claims?.seat === seat);
  }

  sessionFor(claims: SessionClaims): string {
    return signSession(claims, this.#keyOf(claims.seat));
  }

  urlAt(seat: string, path: string): string {
    const { proto, host } = this.originOf(seat);
    return `${proto}://${host}${path}`;
  }

  /** Returns a new nonce for a browser, and its hash, which may be in a URL. */
  newNonce(): { nonce: string; hash: string } {
    const nonce = randomBytes(24).toString('base64url');
    return { nonce, hash: hashOf(nonce) };
  }

  /** Returns a token with which the browser enters or leaves the host of its seat. */
  token(purpose: Purpose, { seat, claim }: SessionClaims, nonce = ''): string {
    const [until, id] = [this.#now() + VALID_FOR, randomBytes(12).toString('base64url')];
    const payload = Buffer.from(JSON.stringify({ purpose, seat, claim, nonce, until, id })).toString('base64url');
    return `${payload}.${this.#signatureOf(payload)}`;
  }

  /**
   * Uses a token up.
   * @param cookie the Cookie header of the request
   * @returns whose token it is, if it is for this purpose and seat, from this browser, and not used before
   */
  redeem(token: string, purpose: Purpose, seat: string, cookie: string | undefined): Token | undefined {
    const found = this.#verify(token);
    if (found?.purpose !== purpose || found.seat !== seat || !this.#isFrom(found, cookie)) return undefined;
    return this.#useUp(found) ? found : undefined;
  }

  #isFrom({ purpose, nonce }: Token, cookie: string | undefined): boolean {
    if (purpose === 'leave') return true;
    return cookiesNamed(this.nonceCookie(nonce), cookie).some((value) => hashOf(value) === nonce);
  }

  #useUp({ id, until }: Token): boolean {
    const now = this.#now();
    for (const [used, end] of this.#used) {
      if (end > now) break;
      this.#used.delete(used);
    }
    if (until <= now || this.#used.has(id) || this.#used.size >= MOST_USED) return false;
    this.#used.set(id, until);
    return true;
  }

  #verify(token: string): Token | undefined {
    const [payload = '', signature = '', ...rest] = token.slice(0, LONGEST).split('.');
    const [expected, found] = [Buffer.from(this.#signatureOf(payload)), Buffer.from(signature)];
    if (rest.length > 0 || found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined;
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Token;
  }

  readonly #signatureOf = (payload: string): string =>
    createHmac('sha256', this.#derived('hand-over')).update(payload).digest('base64url');

  /** The key of the cookies of one host. A cookie of another host, or of the portal, is not valid with it. */
  readonly #keyOf = (seat: string): Buffer => this.#derived(`host ${seat}`);

  #derived(use: string): Buffer {
    return createHmac('sha256', this.#secret()).update(use).digest();
  }
}

const hashOf = (nonce: string): string => createHash('sha256').update(nonce).digest('base64url');

/**
 * Returns the name of a cookie that no other host can set, if the browser comes by TLS.
 * https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-the-__host-prefix
 */
export const hostOnly = (name: string, isSecure: boolean): string => (isSecure ? `__Host-${name}` : name);

/** Returns the value of Set-Cookie for the host that answers. @param seconds how long it lasts; 0 removes it */
export const hostCookie = (name: string, value: string, isSecure: boolean, seconds?: number): string =>
  `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}` +
  (seconds === undefined ? '' : `; Max-Age=${seconds}`);
