import { generateKeyPairSync, sign } from 'node:crypto';
import { hashesOf, isOfTexts, signRunToken, unverifiedClaims, verifyRunToken } from './run-token.ts';

const texts = { 'app.ts': 'one', 'settings.env': 'A=b' };
const claims = { n: 7, at: 1_800_000_000_000, files: hashesOf(texts) };
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const token = signRunToken(claims, privateKey);

test('returns the claims of a token that the guide signed', () => {
  expect(verifyRunToken(token, publicKey)).toEqual(claims);
  expect(isOfTexts(claims, texts)).toBe(true);
  expect(isOfTexts(claims, { ...texts, 'settings.env': 'A=c' })).toBe(false);
});

const signed = (value: unknown): string => {
  const payload = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${payload}.${sign(null, Buffer.from(payload), privateKey).toString('base64url')}`;
};
const [payload = '', signature = ''] = token.split('.');

test.each([
  ['an empty text', ''],
  ['no signature', payload],
  ['an empty signature', `${payload}.`],
  ['a part more', `${token}.x`],
  ['another payload', `${Buffer.from(JSON.stringify({ ...claims, n: 8 })).toString('base64url')}.${signature}`],
  ['a signature with padding', `${token}=`],
  ['the key of another lab', signRunToken(claims, generateKeyPairSync('ed25519').privateKey)],
  ['a text that is too long', `${'a'.repeat(1100)}.${signature}`],
  ['signed text that is no JSON', `${Buffer.from('{').toString('base64url')}.${signature}`],
  ['a signed null', signed(null)],
  ['a signed number of 0', signed({ ...claims, n: 0 })],
  ['a signed number that is no number', signed({ ...claims, n: '7' })],
  ['a signed hash of another length', signed({ ...claims, files: { ...claims.files, 'app.ts': 'ab' } })],
  ['signed claims without files', signed({ n: 7, at: 7 })],
])('refuses %s', (_name, text) => {
  expect(verifyRunToken(text, publicKey)).toBeUndefined();
});

test('refuses a key of another kind', () => {
  expect(verifyRunToken(token, generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)).toBeUndefined();
});

test('reads the claims of a token without its signature, and of no other text', () => {
  expect(unverifiedClaims(token)).toEqual(claims);
  expect([undefined, '', 'x', '.'].map(unverifiedClaims)).toEqual([undefined, undefined, undefined, undefined]);
});
