// Accepts a change only from a page of the guide itself, or from a program that sends the header x-intro-otel. This
// prevents cross-site request forgery: a page of another site cannot send that header.
// https://owasp.org/www-community/attacks/csrf
import express from 'express';
import type { Request, RequestHandler } from 'express';
import { isOurs } from '../allowed-hosts.ts';

/**
 * Paths of requests that do not need the header x-intro-otel. A forged request to such a path only plays a round. A
 * link to /apps/arcade/play, which needs no header, does the same.
 */
const withoutHeader = new Set(['/api/rounds']);

/**
 * Answers 403 to a request that another site may have sent.
 * @param allowed the host names in ALLOWED_HOSTS. A proxy in front of the guide may replace the Host header, and then
 * the Origin header is one of these names.
 */
export function sameOriginOnly(allowed: readonly string[]): RequestHandler {
  return (request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') return next();
    const violation = violationOf(request, allowed);
    if (violation) return void response.status(403).json({ error: violation });
    next();
  };
}

function violationOf(request: Request, allowed: readonly string[]): string | undefined {
  const { origin } = request.headers;
  if (origin !== undefined && !isOwnOrigin(origin, request, allowed)) return foreignOrigin(origin);
  if (withoutHeader.has(request.baseUrl + request.path)) return undefined;
  if (request.get('x-intro-otel') !== '1')
    return 'expected the header x-intro-otel: 1, found none. Requests that change something need it.';
  if (!request.is('application/json'))
    return `expected content-type application/json, found ${request.get('content-type') ?? 'none'}`;
  return undefined;
}

const foreignOrigin = (origin: string): string =>
  `expected a request from this site, found one from ${origin}. If a proxy in front of the guide has this name, add ` +
  'the name to ALLOWED_HOSTS: set guide.env.ALLOWED_HOSTS in the values of the chart, or in spec.lab of the Workshop.';

/**
 * Whether the page that sent the request has the guide's own origin. It has, if its host is the Host header, an allowed
 * host that a proxy reports, or a single name in `allowed`. Names below an allowed domain may be other labs.
 */
function isOwnOrigin(origin: string, request: Request, allowed: readonly string[]): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host, hostname } = new URL(origin);
  const forwarded = request.get('x-forwarded-host')?.split(',')[0]?.trim();
  const isSame = (other: string | undefined) => other !== undefined && hostOf(protocol, other) === host;
  if (isSame(request.headers.host) || allowed.includes(hostname)) return true;
  return isSame(forwarded) && isOurs(forwarded, allowed);
}

/**
 * Whether a page of the guide itself has sent the request, as its Origin says. Browsers let every site open a
 * WebSocket, and send the Origin with it. The sandboxed page of an app has the origin `null`.
 */
export const isFromOwnPage = (request: Request, allowed: readonly string[]): boolean =>
  isOwnOrigin(request.get('origin') ?? '', request, allowed);

/** Returns the host without the default port of the protocol, as browsers write it in the Origin header. */
function hostOf(protocol: string, host: string): string | undefined {
  const url = `${protocol}//${host}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}

/**
 * Parses the body of a request as JSON. The size limit allows three files of 256 kB each, plus the JSON around them.
 */
export const jsonBody = express.json({ limit: '2mb' });
