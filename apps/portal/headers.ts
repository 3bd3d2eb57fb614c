// Which headers the portal passes on, in both directions. A seat's guide may run code of its learner, so the portal
// sends it no secrets of the browser, and lets it change nothing for the other paths of the origin.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { PORTAL } from '../../lab/names.ts';

/** Headers of one connection only. https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Headers of a request that only the portal may set, or that are for the portal only. */
const FOR_PORTAL = ['authorization', 'cookie', 'expect', 'forwarded', 'host', 'x-real-ip', PORTAL.header];

/**
 * Headers of an answer that are for the portal only, or would change something for the whole origin, or for the
 * browser's other connections.
 */
const FOR_ORIGIN = [
  PORTAL.header,
  'alt-svc',
  'clear-site-data',
  'nel',
  'origin-agent-cluster',
  'public-key-pins',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'set-login',
  'strict-transport-security',
];

const dropped = { request: new Set([...HOP_BY_HOP, ...FOR_PORTAL]), answer: new Set([...HOP_BY_HOP, ...FOR_ORIGIN]) };

/** Returns the headers of a request that the portal passes on. */
export const requestHeaders = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  kept(headers, (name) => dropped.request.has(name) || name.startsWith('x-forwarded-'));

/** Returns the headers of an answer that the portal passes on. `location` must be below the seat's path. */
export const answerHeaders = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  kept(headers, (name) => dropped.answer.has(name));

/** Leaves out headers, and those that Connection names. The length stays, because it says where the body ends. */
function kept(headers: IncomingHttpHeaders, isDropped: (name: string) => boolean): OutgoingHttpHeaders {
  const named = namedIn(headers.connection);
  const passed: OutgoingHttpHeaders = {};
  for (const name of Object.keys(headers)) if (!isDropped(name) && !named.has(name)) passed[name] = headers[name];
  return passed;
}

const NONE: ReadonlySet<string> = new Set();

/** Returns the headers that Connection names. Nearly every request says `keep-alive`, which is dropped in any case. */
function namedIn(connection = 'keep-alive'): ReadonlySet<string> {
  if (connection === 'keep-alive') return NONE;
  const named = new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
  named.delete('content-length');
  return named;
}

/**
 * Returns where a redirect of a guide leads, as a path below `prefix`. A guide at the base path knows its prefix, but
 * an app may not. Undefined if it leads to another origin.
 * @param path the path of the request at the guide
 */
export function locationBelow(prefix: string, path: string, location: string): string | undefined {
  const base = `http://guide${prefix}${path}`;
  if (!URL.canParse(location, base)) return undefined;
  const { origin, pathname, search, hash } = new URL(location, base);
  const below = `${pathname.startsWith(`${prefix}/`) ? '' : prefix}${pathname}${search}${hash}`;
  // At a host of its own, a guide has no prefix. There, two slashes would begin the name of another host.
  return origin === 'http://guide' && !below.startsWith('//') ? below : undefined;
}
