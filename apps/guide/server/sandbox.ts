// Keeps what learners' code answers apart from the guide. The guide serves both at one origin, so a page of dice could
// otherwise act as the guide: read and write files, set cookies, and stay in the browser as a Service Worker.
import type { IncomingHttpHeaders } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';

/**
 * Headers of every answer of an app. The sandbox gives the page an origin of its own, so it can't read anything of the
 * guide and has no cookies or storage. It must never contain `allow-same-origin`.
 * https://www.w3.org/TR/CSP3/#directive-sandbox
 */
const SANDBOX = {
  'content-security-policy': 'sandbox allow-scripts allow-forms allow-popups',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
} as const;

/**
 * Headers of an app's answer that reach the browser. All others are dropped, for example Set-Cookie, Clear-Site-Data,
 * Service-Worker-Allowed and Refresh.
 */
const FORWARDED = new Set([
  'allow',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'date',
  'location',
  'retry-after',
  'server-timing',
  'traceresponse',
]);

/** Headers of the guide's own answers. Other sites and the sandboxed pages of apps can't embed them. */
const OWN = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const;

/** The policy of a worker. It has that of its own script, not that of the page, and asks the guide's API. */
const WORKER = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'";

/** Headers of a file whose name has a hash of its content, so it never changes. */
const FOREVER = { 'cache-control': 'public, max-age=31536000, immutable' };

/** Headers of a script that is stored compressed: see `assets.ts`. */
const COMPRESSED = {
  'content-encoding': 'gzip',
  'content-type': 'text/javascript; charset=utf-8',
  vary: 'accept-encoding',
};

/** Returns the headers of a file under /assets. */
export const assetHeaders = (path: string): Readonly<Record<string, string>> => ({
  ...OWN,
  ...(/-worker(-[A-Z0-9]{8})?\.js(\.gz)?$/.test(path) && { 'content-security-policy': WORKER }),
  ...(/-[A-Z0-9]{8}\.js(\.gz)?$/.test(path) && FOREVER),
  ...(path.endsWith('.js.gz') && COMPRESSED),
});

/** Headers of requests that let somebody into the guide. Learners' code must not get them. */
const CREDENTIALS = ['cookie', 'authorization', 'proxy-authorization'];

/** Sets the headers of the guide's own answers. A page may replace its Content Security Policy with a wider one. */
export const ownAnswers: RequestHandler = (_request, response, next) => {
  response.set(OWN);
  next();
};

/**
 * Answers 403 to a browser that asks for the script of a Service Worker. The guide has none, and one from learners'
 * code would control every later page at this address.
 * https://www.w3.org/TR/service-workers/#service-worker-script-request
 */
export const refuseServiceWorkers: RequestHandler = (request, response, next) => {
  if (request.get('service-worker') === undefined && request.get('sec-fetch-dest') !== 'serviceworker') return next();
  response
    .status(403)
    .type('text')
    .send('expected no Service Worker at this address, found a request for its script\n');
};

/** Prepares an exchange with an app: removes the credentials from the request, and sandboxes the answer. */
export function sandbox(request: Request, response: Response): void {
  for (const name of CREDENTIALS) delete request.headers[name];
  for (const name of Object.keys(OWN)) response.removeHeader(name);
  response.set(SANDBOX);
}

/** Where an app is, for its redirects. */
export interface AppAddress {
  /** The app's path at the guide, such as /apps/dice. */
  readonly base: string;
  /** The app's URL without a path, such as http://lab-dice:8080. */
  readonly url: string;
  /** Path of the request that the app answers, such as /visit. */
  readonly path: string;
  /** Relative URL from the request to the guide's root, such as `../../`. */
  readonly root: string;
}

/**
 * Returns the path at the guide for an app's `Location` header. Returns undefined if it leads out of the app.
 * @example locationWithin('/visit', { base: '/apps/dice', … }) === '/apps/dice/visit'
 */
export function locationWithin(location: string, { base, url, path }: Omit<AppAddress, 'root'>): string | undefined {
  const target = URL.parse(location, url + path);
  if (target?.origin !== new URL(url).origin) return undefined;
  const found = target.pathname + target.search + target.hash;
  // An app may know its path at the guide. Most apps don't, so all other paths are paths at the app.
  return found === base || found.startsWith(`${base}/`) ? found : base + found;
}

/** Returns the headers of an app's answer that reach the browser. */
export function sandboxedHeaders(headers: IncomingHttpHeaders, address: AppAddress): IncomingHttpHeaders {
  const forwarded = Object.entries(headers).filter(([name]) => FORWARDED.has(name));
  const { location, ...rest } = Object.fromEntries(forwarded) as IncomingHttpHeaders;
  const within = location === undefined ? undefined : locationWithin(location, address);
  return { ...rest, ...(within !== undefined && { location: address.root + within.slice(1) }) };
}
