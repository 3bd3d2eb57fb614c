// Accepts a change only from a page of the guide itself, or from a program that sends the header x-intro-otel. This
// prevents cross-site request forgery: a page of another site cannot send that header.
// https://owasp.org/www-community/attacks/csrf
import express from 'express';
import type { Request, RequestHandler } from 'express';

/**
 * Paths of requests that do not need the header x-intro-otel. A forged request to such a path only plays a round. A
 * link to /apps/arcade/play, which needs no header, does the same.
 */
const withoutHeader = new Set(['/api/rounds']);

/** Answers 403 to a request that another site may have sent. */
export const sameOriginOnly: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') return next();
  const violation = violationOf(request);
  if (violation) return void response.status(403).json({ error: violation });
  next();
};

function violationOf(request: Request): string | undefined {
  const { origin, host } = request.headers;
  if (origin !== undefined && hostOf(origin) !== host)
    return `expected a request from this site, found one from ${origin}`;
  if (withoutHeader.has(request.baseUrl + request.path)) return undefined;
  if (request.get('x-intro-otel') !== '1')
    return 'expected the header x-intro-otel: 1, found none. Requests that change something need it.';
  if (!request.is('application/json'))
    return `expected content-type application/json, found ${request.get('content-type') ?? 'none'}`;
  return undefined;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/**
 * Parses the body of a request as JSON. The size limit allows three files of 256 kB each, plus the JSON around them.
 */
export const jsonBody = express.json({ limit: '2mb' });
