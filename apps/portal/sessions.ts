// Which seat the browser of a request has.
import { cookiesNamed, signSession, verifySession } from './session.ts';
import type { SessionClaims } from './session.ts';
import type { Claims } from './claims.ts';
import type { Classes } from './classes.ts';
import type { Seat } from './kinds.ts';
import { PORTAL } from '../../lab/names.ts';
import { systemTimers } from '../../support/timers.ts';

/**
 * `none`: the browser has no cookie. `invalid`: we did not sign the cookie with today's secret. `reset`: the seat is
 * being reset, and the same person gets it again. `ended`: the seat was freed. `unsure`: the API server doesn't say.
 */
export type Session =
  | { readonly state: 'none' | 'invalid' | 'reset' | 'ended' | 'unsure'; readonly seat?: undefined }
  | {
      readonly state: 'seated';
      readonly seat: Seat;
      /** The seat that the cookie names. It is another one if an instructor has moved the person. */
      readonly cookieSeat: string;
    };

export interface SessionsOptions {
  readonly classes: Classes;
  readonly claims: Pick<Claims, 'refresh'>;
  /** Returns the secret that signs cookies. */
  readonly secret: () => Buffer;
  /** Name of the cookie. Default: PORTAL.cookie. */
  readonly cookie?: string;
}

/** Milliseconds for which the portal remembers that the API server knows no seat of a claim. */
const ENDED_FOR = 3_000;
const MOST_REMEMBERED = 10_000;

export class Sessions {
  readonly #options: SessionsOptions;
  /** Claims without a seat, and until when the portal believes that. */
  readonly #ended = new Map<string, number>();
  /** What the cookies say that we have checked with this secret. A page sends the same cookie many times. */
  readonly #verified = new Map<string, SessionClaims>();
  #secret: Buffer | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** @param cookie the Cookie header of the request */
  async of(cookie: string | undefined): Promise<Session> {
    const values = cookiesNamed(this.#options.cookie ?? PORTAL.cookie, cookie);
    if (values.length === 0) return { state: 'none' };
    const claims = values.map((value) => this.#verify(value)).find((found) => found !== undefined);
    return claims ? this.find(claims) : { state: 'invalid' };
  }

  #verify(value: string): SessionClaims | undefined {
    const secret = this.#options.secret();
    if (this.#secret !== secret || this.#verified.size >= MOST_REMEMBERED) this.#verified.clear();
    this.#secret = secret;
    const known = this.#verified.get(value);
    if (known) return known;
    const claims = verifySession(value, secret);
    if (claims) this.#verified.set(value, claims);
    return claims;
  }

  /** Returns the cookie's value for a person who has a seat. */
  cookieFor({ metadata, spec }: Seat): string {
    const claims = { seat: metadata.name, claim: spec.claim?.id ?? '' };
    return signSession(claims, this.#options.secret());
  }

  /** Returns which seat a checked cookie gives its browser. */
  async find(claims: SessionClaims): Promise<Session> {
    const seat = this.#known(claims);
    if (seat) return { state: 'seated', seat, cookieSeat: claims.seat };
    if (this.#options.classes.isReserved(claims.claim)) return { state: 'reset' };
    if ((this.#ended.get(claims.claim) ?? 0) > systemTimers.now()) return { state: 'ended' };
    try {
      // Another replica may have given the seat a moment ago.
      await this.#options.claims.refresh(claims.seat);
    } catch {
      return { state: 'unsure' };
    }
    const found = this.#known(claims);
    if (!found) this.#rememberEnded(claims.claim);
    return found ? { state: 'seated', seat: found, cookieSeat: claims.seat } : { state: 'ended' };
  }

  /**
   * Returns the seat that has the claim. An instructor may have moved the person to another one, or the operator has
   * made the seat anew.
   */
  #known({ claim }: SessionClaims): Seat | undefined {
    return this.#options.classes.holderOf(claim);
  }

  #rememberEnded(claim: string): void {
    if (this.#ended.size >= MOST_REMEMBERED) this.#ended.clear();
    this.#ended.set(claim, systemTimers.now() + ENDED_FOR);
  }
}
