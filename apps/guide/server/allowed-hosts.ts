// The host names that a browser may use for the guide. A page of another site can point its own name to 127.0.0.1 after
// it has loaded (DNS rebinding). Then the browser takes both for the same origin, and only the name differs. So the
// guide accepts only names that nobody else can own. https://owasp.org/www-community/attacks/DNS_Rebinding
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';

/**
 * Endings that nobody can register, and those inside a cluster.
 * @see https://www.iana.org/assignments/special-use-domain-names
 */
const RESERVED = ['.localhost', '.internal', '.svc', '.svc.cluster.local'];

/**
 * Whether the guide answers to `host`, which is `name:port` as in the header. It accepts an address, a name without a
 * dot, a name that nobody can own, and the names in `allowed`. There `.example.com` allows all names below it, and `*`
 * any name.
 */
export function isOurs(host: string | undefined, allowed: readonly string[] = []): boolean {
  const name = nameIn(host);
  if (name === undefined) return false;
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || !name.includes('.')) return true;
  return [...RESERVED, ...allowed].some(
    (one) => one === '*' || one === name || (one.startsWith('.') && name.endsWith(one)),
  );
}

/** Splits `a.example.com,.example.org`. */
export const namesIn = (text = ''): string[] =>
  text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');

/** Refuses a request for another name with 403, and says how to allow the name. */
export function allowedHostsOnly(allowed: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { host } = request.headers;
    if (isOurs(host, allowed)) return next();
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

/** The name in lower case without the port. Addresses look as in a URL. */
function nameIn(host = ''): string | undefined {
  const url = `http://${host}/`;
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/\.$/, '');
}
