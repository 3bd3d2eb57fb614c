// Allows changes only from a page of this site, or from a program that sends our header. A page of another site can set
// neither header. https://owasp.org/www-community/attacks/csrf
import express from 'express';
import type { Request, RequestHandler } from 'express';

/** Paths that need no header. Playing a round changes no more than a visit to /apps/arcade/play does. */
const withoutHeader = new Set(['/api/rounds']);

/** Refuses a request with 403 if another site may have sent it. */
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

/** Parses the body. The limit is the size of three files of 256 kB, and what JSON adds to them. */
export const jsonBody = express.json({ limit: '2mb' });
