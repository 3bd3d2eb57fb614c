// Who may change something: a page of this site, or a program that says so. A page of another site can set neither header.
// https://owasp.org/www-community/attacks/csrf
import express from 'express';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { isForbidden } from '../../../../kubernetes/api.ts';
import { FilesChangedError } from '../learner/files.ts';

/** Playing a round takes no header, for it changes no more than looking at /apps/arcade/play does. */
const harmless = new Set(['/api/rounds']);

/** Refuses with 403 what another site may have sent. */
export const sameOriginOnly: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') return next();
  const trouble = foreign(request);
  if (trouble) return void response.status(403).json({ error: trouble });
  next();
};

function foreign(request: Request): string | undefined {
  const { origin, host } = request.headers;
  if (origin !== undefined && hostOf(origin) !== host)
    return `expected a request from this site, found one from ${origin}`;
  if (harmless.has(request.baseUrl + request.path)) return undefined;
  if (request.get('x-intro-otel') !== '1')
    return 'expected the header x-intro-otel: 1, found none: requests that change something need it';
  if (!request.is('application/json'))
    return `expected content-type application/json, found ${request.get('content-type') ?? 'none'}`;
  return undefined;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Three files of 256 kB, and what JSON adds to them. */
export const body = express.json({ limit: '2mb' });

/** 400, with what was expected. */
export function refuse(response: Response, error: string, status = 400): void {
  response.status(status).json({ error });
}

interface HttpError {
  status?: number;
  type?: string;
}

/** Every error of the API as JSON, in words. */
export const failed: ErrorRequestHandler = (error: Error & HttpError, _request, response, next) => {
  if (response.headersSent) return next(error);
  if (error instanceof FilesChangedError)
    return void response.status(409).json({ error: error.message, ...error.current });
  if (error.type === 'entity.too.large') return refuse(response, 'expected at most 256 kB a file, found more', 413);
  if (/^(entity|encoding|charset)\./.test(error.type ?? ''))
    return refuse(response, `expected JSON, found: ${error.message}`);
  if (isForbidden(error)) return refuse(response, `${error.message}. The guide's Role does not allow it.`, 502);
  next(error);
};
