// A link with which an instructor hands a seat out to its person again. It works once and for some minutes, and nothing
// has to remember it: it is signed, and bound to the claim as it is. Whoever uses it writes another time into
// spec.claim.at, and so all links from before are void, on every replica. The claim's id stays, so the person's other
// browsers and three words stay valid.
import { createHmac } from 'node:crypto';
import { rfc3339 } from '../../../kubernetes/conditions.ts';
import type { Classes } from '../classes.ts';
import type { Claim, Seat } from '../kinds.ts';
import { BadAction } from './bad-action.ts';
import { isEqual } from './session.ts';
import type { Writer } from './writer.ts';

/** Path of the portal that a link has before its token. */
export const HAND_OUT = '/hand-out/';

/** Milliseconds for which a link works. */
export const HAND_OUT_MS = 10 * 60_000;

/** `<claim id>.<expiry in Unix seconds>.<signature>` */
const TOKEN = /^([0-9a-f]{64})\.([0-9]{1,12})\.([A-Za-z0-9_-]{43})$/;

const signatureOf = ({ id, at }: Pick<Claim, 'id' | 'at'>, exp: string, secret: Buffer): string => {
  const key = createHmac('sha256', secret).update('intro-otel hand-out\0').digest();
  return createHmac('sha256', key)
    .update(JSON.stringify([id, at, exp]))
    .digest('base64url');
};

/** Returns the token of a link for the person who has the claim. @param now in milliseconds since 1970 */
export function handOutToken(claim: Claim, secret: Buffer, now: number): { token: string; expiresAt: string } {
  const until = now + HAND_OUT_MS;
  const exp = String(Math.floor(until / 1000));
  return { token: `${claim.id}.${exp}.${signatureOf(claim, exp, secret)}`, expiresAt: rfc3339(until) };
}

/** Returns the seat for which a link is, if it is still valid. It changes nothing. */
export function handOutSeat(token: string, classes: Classes, secret: Buffer, now: number): Seat | undefined {
  const [, id = '', exp = '', signature = ''] = TOKEN.exec(token) ?? [];
  const seat = classes.holderOf(id);
  if (!seat?.spec.claim || Number(exp) * 1000 <= now) return undefined;
  return isEqual(signature, signatureOf(seat.spec.claim, exp, secret)) ? seat : undefined;
}

/**
 * Uses a link up. @returns the seat, or undefined if the link is not valid, or somebody has used it
 * @throws ApiError or a connection error
 */
export async function useHandOut(
  token: string,
  { writer, classes, secret, now }: { writer: Writer; classes: Classes; secret: Buffer; now: number },
): Promise<Seat | undefined> {
  const seat = handOutSeat(token, classes, secret, now);
  if (!seat) return undefined;
  try {
    return await writer.seat(seat.metadata.name, ({ spec: { claim } }) => {
      if (!claim || handOutSeat(token, classes, secret, now)?.spec.claim !== claim) throw used();
      // One second more, which no reader minds: help and hints from before the claim are not the person's.
      return { spec: { claim: { at: rfc3339(Date.parse(claim.at) + 1000) } } };
    });
  } catch (error) {
    if (error instanceof BadAction) return undefined;
    throw error;
  }
}

const used = (): BadAction => new BadAction('expected a link that nobody has used, found another one.', 409);
