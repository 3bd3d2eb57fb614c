// Which requests may come from where. Cookies ignore ports, so a page of the portal, which is at another port of the
// same host, sends the board's cookie, too. Only the origin tells the two apart.
import type { IncomingHttpHeaders } from 'node:http';
import { isForeign, isSameOrigin, ownOrigin } from '../origin.ts';
import type { Origin } from '../origin.ts';

/** Whether a request that changes something comes from a page of the board. It must say so in Origin. */
export const isFromBoard = (headers: IncomingHttpHeaders, url: Origin | undefined): boolean =>
  headers.origin !== undefined && headers.origin !== 'null' && isSameOrigin(headers, url);

/**
 * Whether a page of another origin asks for something other than a page. A person may follow a link to the board, but
 * no other origin may load or read anything of it.
 */
export function isEmbeddedElsewhere(headers: IncomingHttpHeaders, url: Origin | undefined): boolean {
  if (headers.origin === 'null' || isForeign(headers, url)) return true;
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': target } = headers;
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return mode !== 'navigate' || target !== 'document';
}

/** Returns the board's origin as a text such as `https://board.example.com:8443`. */
export function originText(headers: IncomingHttpHeaders, url: Origin | undefined): string {
  const { proto, host } = ownOrigin(headers, url);
  return `${proto}://${host}`;
}

/**
 * Returns where people reach the portal, without a slash at the end: the chart's portal.url, or the host at which this
 * browser reaches the board, at the port of the portal's Service.
 */
export function portalUrlFor(headers: IncomingHttpHeaders, portal: Origin | undefined, port: number): string {
  if (portal) return `${portal.proto}://${portal.host}`;
  const own = `http://${headers.host ?? ''}`;
  const { hostname } = URL.canParse(own) ? new URL(own) : { hostname: '' };
  return `http://${hostname || 'localhost'}${port === 80 ? '' : `:${port}`}`;
}
