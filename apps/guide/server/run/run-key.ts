// The key pair with which the guide signs Runs. It comes from the guide's own key, so it needs no Secret more, and it
// is the same after each restart.
import { createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** DER of an Ed25519 private key, up to its 32 bytes: https://www.rfc-editor.org/rfc/rfc8410#section-7 */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Returns the private key that belongs to the guide's key. */
export function runKeyOf(guideKey: Buffer): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', guideKey, Buffer.alloc(0), 'intro-otel run', 32));
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

export const publicPemOf = (privateKey: KeyObject): string =>
  createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
