// By which names a browser may know the guide. A page of another site can have its own name lead to 127.0.0.1 once it is loaded (DNS
// rebinding), and is then of the same origin as the guide, for a browser: only the name tells. So it has to be one that nobody else can own.
// https://owasp.org/www-community/attacks/DNS_Rebinding
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';

/** Names that end so can't be registered: https://www.iana.org/assignments/special-use-domain-names, and those inside a cluster. */
const NOBODYS = ['.localhost', '.internal', '.svc', '.svc.cluster.local'];

/**
 * Whether a request that names `host` (`name:port`, as in the header) may be one for the guide: an address, a name without a dot, one that nobody
 * can own, or one of `allowed`, of which `.example.com` stands for all names below it and `*` for any.
 */
export function isOurs(host: string | undefined, allowed: readonly string[] = []): boolean {
  const name = nameIn(host);
  if (name === undefined) return false;
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || !name.includes('.')) return true;
  return [...NOBODYS, ...allowed].some(
    (one) => one === '*' || one === name || (one.startsWith('.') && name.endsWith(one)),
  );
}

/** `a.example.com,.example.org` as a list. */
export const namesIn = (text = ''): string[] =>
  text
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');

/** Refuses with 403 what came by another name, and says how to allow it. */
export function allowedHostsOnly(allowed: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { host } = request.headers;
    if (isOurs(host, allowed)) return next();
    const name = nameIn(host) ?? 'a name that is none';
    response.status(403).type('text')
      .send(`expected to be asked by an address, by localhost or by a name in the cluster, found ${name}.
Another site could have its own name lead here, and run code in your lab.
If ${name} is yours, allow it: guide.env.ALLOWED_HOSTS=${name} among the chart's values, or below spec.lab of the Workshop.\n`);
  };
}

/** In lower case, without the port; addresses as URLs have them. */
function nameIn(host = ''): string | undefined {
  const url = `http://${host}/`;
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/\.$/, '');
}
