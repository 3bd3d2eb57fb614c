import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { signPortalToken, verifyPortalToken } from './portal-token.ts';
import type { PortalClaims } from './portal-token.ts';

const now = Date.UTC(2026, 10, 29, 20, 0, 0);
const exp = now / 1000 + 30;
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const claims: PortalClaims = { seat: 'class-5-ada', uid: 'a-uid', role: 'learner', name: 'Ada 🌻 "Lovelace"', exp };
const expected = { publicKey, seat: 'class-5-ada', uid: 'a-uid', now };

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64url');
const signed = (payload: string, key = privateKey): string =>
  `${payload}.${base64(sign(null, Buffer.from(payload), key))}`;
const signedJson = (value: unknown): string => signed(base64(JSON.stringify(value)));
const verifies = (token: string, changes = {}): boolean =>
  verifyPortalToken(token, { ...expected, ...changes }) !== undefined;

const token = signPortalToken(claims, privateKey);
const [payload = '', signature = ''] = token.split('.');
const changed = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

describe('a portal token', () => {
  test('carries its claims to the guide of its seat', () => {
    expect(verifyPortalToken(token, expected)).toEqual(claims);
    expect(token).toMatch(/^[\w-]+\.[\w-]{86}$/);
  });

  test.each(['instructor', 'takeover'] as const)('may have the role %s', (role) => {
    expect(verifyPortalToken(signPortalToken({ ...claims, role }, privateKey), expected)?.role).toBe(role);
  });

  test('is written in one way, whatever the order of the claims', () => {
    const { name, ...others } = claims;
    expect(signPortalToken({ name, ...others }, privateKey)).toBe(token);
  });

  test('is valid until it expires, and not longer ahead than a minute', () => {
    expect(verifies(token, { now: exp * 1000 - 1 })).toBe(true);
    expect(verifies(token, { now: exp * 1000 })).toBe(false);
    expect(verifies(token, { now: (exp - 60) * 1000 })).toBe(true);
    expect(verifies(token, { now: (exp - 60) * 1000 - 1 })).toBe(false);
  });

  test('is refused at another seat, and at a new seat of the same name', () => {
    expect(verifies(token, { seat: 'class-5-bob' })).toBe(false);
    expect(verifies(token, { uid: 'another-uid' })).toBe(false);
  });

  test('is refused with one character changed', () => {
    for (let at = 0; at < token.length; at++) expect(verifies(changed(token, at))).toBe(false);
  });

  test('is refused with another key', () => {
    const other = generateKeyPairSync('ed25519');
    expect(verifies(token, { publicKey: other.publicKey })).toBe(false);
    expect(verifies(signPortalToken(claims, other.privateKey))).toBe(false);
  });

  test('is refused with another algorithm, whatever the key', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const pair of [ec, rsa]) {
      expect(verifies(signPortalToken(claims, pair.privateKey))).toBe(false);
      expect(verifies(signPortalToken(claims, pair.privateKey), { publicKey: pair.publicKey })).toBe(false);
    }
    const secret = publicKey.export({ type: 'spki', format: 'pem' });
    expect(verifies(`${payload}.${base64(createHmac('sha256', secret).update(payload).digest())}`)).toBe(false);
  });

  test.each([
    ['spaces', signed(base64(JSON.stringify(claims, null, 1)))],
    ['another order', signedJson(Object.fromEntries(Object.entries(claims).reverse()))],
    ['an extra claim', signedJson({ ...claims, admin: true })],
    ['a claim twice', signed(base64(JSON.stringify(claims).replace('{', '{"role":"instructor",')))],
    ['padding', signed(`${payload}=`)],
    ['an escaped letter', signed(base64(JSON.stringify(claims).replace('Ada', '\\u0041da')))],
    ['padding behind the signature', `${token}==`],
    ['a third part', `${token}.${signature}`],
    ['a newline', `${token}\n`],
    ['another last character of the same bytes', token.slice(0, -1) + otherLast(signature)],
  ])('is refused if it is not canonical: %s', (_what, text) => expect(verifies(text)).toBe(false));

  test.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['no signature', `${payload}.`],
    ['a signature only', `.${signature}`],
    ['a payload that is no JSON', signed(base64('{'))],
    ['a payload that is not UTF-8', signed(base64(Buffer.from([0xff, 0xfe])))],
    ['null', signedJson(null)],
    ['an array', signedJson([])],
    ['an unknown role', signedJson({ ...claims, role: 'admin' })],
    ['a role in an array', signedJson({ ...claims, role: ['learner'] })],
    ['no name', signedJson({ ...claims, name: undefined })],
    ['a name that is too long', signedJson({ ...claims, name: 'x'.repeat(201) })],
    ['a time as text', signedJson({ ...claims, exp: String(exp) })],
    ['a fraction of a second', signedJson({ ...claims, exp: exp + 0.5 })],
    ['no end', signedJson({ ...claims, exp: null })],
    ['a megabyte', signedJson({ ...claims, name: 'x'.repeat(1_000_000) })],
  ])('is refused if it holds %s', (_what, text) => expect(verifies(text)).toBe(false));
});

/** Returns a last character that decodes to the same bytes: the last one of 86 carries four bits that nothing reads. */
function otherLast(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(text.at(-1) ?? '') ^ 1] ?? '';
}
