// Lets in the requests that the class's portal sends for a person in this seat. The portal signs each of them. The
// operator puts the portal's public key into a ConfigMap, which the guide mounts. A lab without a portal has none.
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Request, RequestHandler, Response } from 'express';
import { PORTAL } from '../../../lab/names.ts';
import { verifyPortalToken } from '../../../lab/portal-token.ts';
import type { PortalClaims } from '../../../lab/portal-token.ts';

export interface PortalOptions {
  /** File with the portal's public key as SPKI PEM. */
  readonly keyFile: string;
  /** The Seat's name, which is the namespace of the lab. */
  readonly seat: string;
  /** The Seat's uid. It is empty in a lab outside a class, which no portal reaches. */
  readonly uid: string;
}

/** Milliseconds for which a key counts before the file is read again. */
const MEMORY = 1_000;

/** The portal's public key. A new key in the file counts within a second, without a restart. */
export class PortalKey {
  readonly #file: string;
  #text: string | undefined;
  #key: KeyObject | undefined;
  #readAt = -Infinity;

  constructor(file: string) {
    this.#file = file;
  }

  /** Returns the key, or undefined if there is no file or no key in it. */
  get(now = Date.now()): KeyObject | undefined {
    if (now - this.#readAt < MEMORY) return this.#key;
    this.#readAt = now;
    const text = attempt(() => readFileSync(this.#file, 'utf8'));
    if (text !== this.#text) this.#key = text === undefined ? undefined : attempt(() => createPublicKey(text));
    this.#text = text;
    return this.#key;
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Returns for whom the portal has sent this request, or undefined if it does not come from the portal. */
export const portalOf = (response: Response): PortalClaims | undefined =>
  (response.locals as { portal?: PortalClaims }).portal;

/**
 * Verifies the portal's token, and removes it from the request, because what comes next may forward the request. After
 * a valid token, the Host header is what the browser has sent to the portal.
 */
export function recognizePortal({ keyFile, seat, uid }: PortalOptions): RequestHandler {
  const key = new PortalKey(keyFile);
  return (request, response, next) => {
    const token = request.get(PORTAL.header);
    delete request.headers[PORTAL.header];
    if (token === undefined) return next();
    const publicKey = uid === '' ? undefined : key.get();
    const claims = publicKey && verifyPortalToken(token, { publicKey, seat, uid, now: Date.now() });
    if (claims) trust(claims, request, response);
    else response.set(PORTAL.header, PORTAL.refused);
    next();
  };
}

function trust(claims: PortalClaims, request: Request, response: Response): void {
  response.locals['portal'] = claims;
  const host = request.get(PORTAL.forwarded.host);
  if (host !== undefined) request.headers.host = host;
  // The guide needs no prefix, and the apps shall not know it.
  delete request.headers[PORTAL.forwarded.prefix];
}

/**
 * Whether a request is one of the person in the seat. A terminal has the person's own token, so it is for nobody else,
 * also if somebody else may change the lab.
 */
export function mayOpenTerminal(response: Response): boolean {
  const role = portalOf(response)?.role;
  return role === undefined || role === 'learner';
}

/** Paths that an instructor doesn't get: the apps run the learner's code, and the export is the learner's own. */
const LEARNERS_ONLY = /^\/(apps|api\/export)(\/|$)/i;

/**
 * Lets an instructor who comes through the portal read, and refuses everything else. If the learner has agreed to a
 * takeover, the instructor may do what the learner may, except on the paths of the learner.
 */
export const instructorsOnlyRead: RequestHandler = (request, response, next) => {
  const role = portalOf(response)?.role ?? 'learner';
  if (role === 'learner') return next();
  const isAllowed = role === 'takeover' || ['GET', 'HEAD'].includes(request.method);
  if (isAllowed && !LEARNERS_ONLY.test(request.path)) return next();
  const may = role === 'takeover' ? 'not do this here' : 'look in but change nothing here';
  response.status(403).json({ error: `expected the learner of this seat, found an instructor, who may ${may}.` });
};
