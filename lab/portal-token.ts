// The token that the portal sends to a guide in the header PORTAL.header: who asks, for which seat, and until when.
// It is `<payload>.<signature>`. The payload is base64url of the claims as JSON, with the keys in the order of
// PortalClaims and without spaces. The signature is base64url of the Ed25519 signature of the payload's ASCII
// characters. There is one way to write given claims, so a guide refuses every other one. The same token may be sent
// again until it expires.
// https://www.rfc-editor.org/rfc/rfc8032 https://www.rfc-editor.org/rfc/rfc4648#section-5
import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/**
 * `learner` is the person in the seat. `instructor` looks in, and may change nothing. `takeover` is an instructor who
 * works in the lab, to which its learner has agreed.
 */
export type PortalRole = 'learner' | 'instructor' | 'takeover';

export interface PortalClaims {
  /** Name of the Seat, which is also its namespace. */
  readonly seat: string;
  /** The Seat's uid. So a token for a seat that was deleted is not valid for a new one of the same name. */
  readonly uid: string;
  readonly role: PortalRole;
  /** What the pages call the person, at most 200 UTF-16 code units. */
  readonly name: string;
  /** When the token expires, in Unix seconds. */
  readonly exp: number;
}

/** Seconds for which the portal should sign a token. The rest up to MAX_LIFETIME is for clocks that differ. */
export const LIFETIME = 30;

/** Seconds from now to `exp` that a guide accepts at most. */
export const MAX_LIFETIME = 60;

/** Characters of a token that a guide reads at most. */
const MAX_LENGTH = 2048;

const roles: readonly unknown[] = ['learner', 'instructor', 'takeover'] satisfies PortalRole[];

/** Returns a token with `claims`. `privateKey` is an Ed25519 key. */
export function signPortalToken({ seat, uid, role, name, exp }: PortalClaims, privateKey: KeyObject): string {
  const payload = encodePayload({ seat, uid, role, name, exp });
  return `${payload}.${sign(null, Buffer.from(payload), privateKey).toString('base64url')}`;
}

export interface Expected {
  readonly publicKey: KeyObject;
  readonly seat: string;
  readonly uid: string;
  /** The time now in milliseconds, as Date.now() returns it. */
  readonly now: number;
}

/** Returns the claims in `token` if it is valid for the expected seat, else undefined. Any text is safe to pass. */
export function verifyPortalToken(token: string, expected: Expected): PortalClaims | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  const [payload = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0 || !isSigned(payload, signature, expected.publicKey)) return undefined;
  const claims = claimsIn(payload);
  return claims && isFor(claims, expected) ? claims : undefined;
}

const encodePayload = (claims: PortalClaims): string => Buffer.from(JSON.stringify(claims)).toString('base64url');

/** Whether `signature` is an Ed25519 signature. The type of the key decides the algorithm, not the token. */
function isSigned(payload: string, signature: string, publicKey: KeyObject): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  if (publicKey.asymmetricKeyType !== 'ed25519' || bytes.toString('base64url') !== signature) return false;
  return verify(null, Buffer.from(payload), publicKey, bytes);
}

function claimsIn(payload: string): PortalClaims | undefined {
  const found = parsed(Buffer.from(payload, 'base64url').toString());
  if (!areClaims(found)) return undefined;
  const { seat, uid, role, name, exp } = found;
  const claims = { seat, uid, role, name, exp };
  return encodePayload(claims) === payload ? claims : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function areClaims(found: unknown): found is PortalClaims {
  if (typeof found !== 'object' || found === null) return false;
  const { seat, uid, role, name, exp } = found as Partial<Record<keyof PortalClaims, unknown>>;
  const texts = [seat, uid, name].every((text) => typeof text === 'string' && text.length <= 200);
  return texts && roles.includes(role) && Number.isSafeInteger(exp);
}

function isFor({ seat, uid, exp }: PortalClaims, expected: Expected): boolean {
  const seconds = exp - expected.now / 1000;
  return seat === expected.seat && uid === expected.uid && seconds > 0 && seconds <= MAX_LIFETIME;
}
