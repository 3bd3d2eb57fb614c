// The portal's tokens for the guides. Each is used for some seconds, because a page makes many requests.
import type { KeyObject } from 'node:crypto';
import { LIFETIME, signPortalToken } from '../../lab/portal-token.ts';
import type { Seat } from './kinds.ts';

interface Signed {
  readonly token: string;
  readonly key: KeyObject;
  readonly name: string;
  readonly uid: string;
  /** Unix seconds until which the portal sends this token. */
  readonly until: number;
}

/** Seconds before its end at which a token is replaced. */
const MARGIN = 10;

export class Tokens {
  readonly #signed = new Map<string, Signed>();

  /** Returns a token for the person in a seat. @param name what the pages call the person */
  for({ metadata }: Seat, name: string, key: KeyObject, now = Date.now()): string {
    const known = this.#signed.get(metadata.name);
    const isUsable = known?.key === key && known.name === name && known.uid === metadata.uid;
    if (known && isUsable && known.until > now / 1000) return known.token;
    const exp = Math.floor(now / 1000) + LIFETIME;
    const claims = { seat: metadata.name, uid: metadata.uid ?? '', role: 'learner', name, exp } as const;
    const token = signPortalToken(claims, key);
    this.#signed.set(metadata.name, { token, key, name, uid: claims.uid, until: exp - MARGIN });
    return token;
  }

  forget(seat: string): void {
    this.#signed.delete(seat);
  }
}
