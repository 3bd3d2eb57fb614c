// Checks the host names under which browsers reach the guide. In a DNS rebinding attack, a page of another site points
// its own host name to the guide's address. The browser then treats the guide as part of that site. So the guide
// accepts only host names that nobody else can own.
// https://owasp.org/www-community/attacks/DNS_Rebinding
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { portalOf } from './portal.ts';

/**
 * Endings of host names that nobody can register, and endings that only exist inside a cluster.
 * @see https://www.iana.org/assignments/special-use-domain-names
 */
const RESERVED = ['.localhost', '.internal', '.svc', '.svc.cluster.local'];

/**
 * Returns whether the guide accepts the Host header `host`, such as `name:port`. It accepts an address, a name without
 * a dot, a name that nobody can own, and the names in `allowed`. In `allowed`, `.example.com` stands for all names
 * below that domain, and `*` for all names.
 */
export function isOurs(host: string | undefined, allowed: readonly string[] = []): boolean {
  const name = nameIn(host);
  if (name === undefined) return false;
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || !name.includes('.')) return true;
  return [...RESERVED, ...allowed].some(
    (one) => one === '*' || one === name || (one.startsWith('.') && name.endsWith(one)),
  );
}

/** Splits a list of allowed host names such as `a.example.com,.example.org`. */
export const namesIn = (text = ''): string[] =>
  text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');

/**
 * Answers 403 to a request whose host name is not allowed, and says how to allow that name. The portal has checked the
 * host name of a request that it sends.
 */
export function allowedHostsOnly(allowed: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { host } = request.headers;
    if (portalOf(response) || isOurs(host, allowed)) return next();
    const name = nameIn(host) ?? 'an invalid name';
    response
      .status(403)
      .type('text')
      .send(
        `expected an address, localhost or a name in the cluster as the host, found ${name}.\n` +
          'Another site could point its own name to this guide, and run code in your lab.\n' +
          `If ${name} is yours, allow it: set guide.env.ALLOWED_HOSTS=${name} in the chart's values, ` +
          'or in spec.lab of the Workshop.\n',
      );
  };
}

/** Returns the host name in lower case and without the port. An IPv6 address keeps its brackets, as in a URL. */
function nameIn(host = ''): string | undefined {
  const url = `http://${host}/`;
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/\.$/, '');
}
