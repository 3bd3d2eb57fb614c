// Where browsers see the portal: the origin of a request.
import type { IncomingHttpHeaders } from 'node:http';

export interface Origin {
  readonly proto: 'http' | 'https';
  /** Name or address, and the port if there is one. */
  readonly host: string;
}

/** Returns the origin in a URL such as https://class.example.com:8443/. */
export function originOf(url: string): Origin | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, host } = new URL(url);
  return protocol === 'http:' || protocol === 'https:'
    ? { proto: protocol === 'https:' ? 'https' : 'http', host }
    : undefined;
}

/**
 * Returns the portal's own origin as the browser of a request sees it. A proxy in front of the portal may change Host,
 * so `portal.url` counts first. People may also come by port-forward or by another name, which Origin then says.
 */
export function ownOrigin(headers: IncomingHttpHeaders, url: Origin | undefined): Origin {
  const { host = '' } = headers;
  const named = originOf(headers.origin ?? '');
  if (named && isSameOrigin(headers, url)) return named;
  const isLoopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
  return url && !isLoopback ? url : { proto: 'http', host };
}

/**
 * Whether a request comes from a page of the portal's own origin. A browser always says so in Origin when it posts. In
 * a secure context it also says it in Sec-Fetch-Site, which holds whatever name a proxy writes into Host.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, url: Origin | undefined): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const named = originOf(headers.origin ?? '');
  return named !== undefined && (isSame(named, url) || named.host === headers.host);
}

const isSame = (one: Origin, other: Origin | undefined): boolean =>
  one.proto === other?.proto && one.host === other.host;

/** Whether a request says that it comes from a page of another origin. A sandboxed page has the origin `null`. */
export const isForeign = (headers: IncomingHttpHeaders, url: Origin | undefined): boolean =>
  headers.origin !== undefined && headers.origin !== 'null' && !isSameOrigin(headers, url);
