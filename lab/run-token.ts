// The token of a Run: the guide's proof that it has written these texts of the learner's files, and when. It is
// `<payload>.<signature>`. The payload is base64url of the claims as JSON. The signature is base64url of the Ed25519
// signature of the payload's ASCII characters. Dice verifies it with the guide's public key, which can sign nothing.
// https://www.rfc-editor.org/rfc/rfc8032 https://www.rfc-editor.org/rfc/rfc4648#section-5
import { createHash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { OwnFile } from './names.ts';

/** The learner's files that dice reads. */
export const RUN_FILES = ['app.ts', 'settings.env'] as const satisfies readonly OwnFile[];
export type RunFile = (typeof RUN_FILES)[number];

/** The texts of the files. */
export type RunTexts = Readonly<Record<RunFile, string>>;

export interface RunClaims {
  /** The Run's number. Each Run of a lab has a higher one than all before, so an older one is never taken again. */
  readonly n: number;
  /** When the guide signed, in Unix milliseconds. */
  readonly at: number;
  /** SHA-256 of each file as UTF-8, in hexadecimal. */
  readonly files: Readonly<Record<RunFile, string>>;
}

/** Milliseconds around now in which `at` must be for a request. The clocks of two nodes may differ. */
export const RUN_LIFETIME = 60_000;

/** Characters of a token that are read at most. */
const MAX_LENGTH = 1024;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export const hashesOf = (texts: RunTexts): RunClaims['files'] => ({
  'app.ts': sha256(texts['app.ts']),
  'settings.env': sha256(texts['settings.env']),
});

/** Whether the texts are those of the claims. */
export const isOfTexts = ({ files }: Pick<RunClaims, 'files'>, texts: RunTexts): boolean =>
  RUN_FILES.every((name) => files[name] === sha256(texts[name]));

/** Returns a token with `claims`. `privateKey` is an Ed25519 key. */
export function signRunToken({ n, at, files }: RunClaims, privateKey: KeyObject): string {
  const payload = Buffer.from(JSON.stringify({ n, at, files })).toString('base64url');
  return `${payload}.${sign(null, Buffer.from(payload), privateKey).toString('base64url')}`;
}

/** Returns the claims in `token` if the key's owner signed it, else undefined. Any text is safe to pass. */
export function verifyRunToken(token: string, publicKey: KeyObject): RunClaims | undefined {
  if (token.length > MAX_LENGTH || publicKey.asymmetricKeyType !== 'ed25519') return undefined;
  const [payload = '', signature = '', ...rest] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  if (rest.length > 0 || bytes.toString('base64url') !== signature) return undefined;
  return verify(null, Buffer.from(payload), publicKey, bytes) ? claimsOf(payload) : undefined;
}

/**
 * Returns the claims in a token without a look at its signature. Use it only where a forged token harms nobody but its
 * forger.
 */
export function unverifiedClaims(token: string | undefined): RunClaims | undefined {
  return token === undefined || token.length > MAX_LENGTH ? undefined : claimsOf(token.split('.')[0] ?? '');
}

function claimsOf(payload: string): RunClaims | undefined {
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Partial<RunClaims> | null;
    return claims && areClaims(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

function areClaims(claims: Partial<RunClaims>): claims is RunClaims {
  const { n, at, files } = claims;
  const isWhole = [n, at].every((value) => Number.isSafeInteger(value) && Number(value) > 0);
  return isWhole && RUN_FILES.every((name) => /^[0-9a-f]{64}$/.test(files?.[name] ?? ''));
}
