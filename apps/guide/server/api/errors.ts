// Returns errors of the guide's API as JSON with a message.
import type { ErrorRequestHandler, Response } from 'express';
import { isForbidden } from '../../../../kubernetes/api.ts';
import { messageOf } from '../../../../support/errors.ts';
import type { createLogger } from '../../../telemetry/logger.ts';
import { FilesChangedError, NotTextError } from '../learner/files.ts';

/** Answers with an error that says what was expected and found. */
export function refuse(response: Response, error: string, status = 400): void {
  response.status(status).json({ error });
}

interface HttpError {
  readonly status?: number;
  readonly type?: string;
}

/**
 * Answers a request that failed with an error whose cause is known. It passes all other errors to the next error
 * handler.
 */
export const apiErrors: ErrorRequestHandler = (error: Error & HttpError, _request, response, next) => {
  if (response.headersSent) return next(error);
  if (error instanceof FilesChangedError)
    return void response.status(409).json({ error: error.message, ...error.current });
  if (error instanceof NotTextError) return refuse(response, error.message, 422);
  if (error.type === 'entity.too.large') return refuse(response, 'expected at most 256 kB per file, found more', 413);
  if (/^(entity|encoding|charset)\./.test(error.type ?? ''))
    return refuse(response, `expected JSON, found: ${error.message}`);
  if (isForbidden(error)) return refuse(response, `${error.message}. The guide's Role does not allow it.`, 502);
  next(error);
};

/**
 * Logs an unexpected error and answers 502. It does not answer 500, because everything that the guide serves comes from
 * other services.
 */
export const loggedErrors =
  (log: ReturnType<typeof createLogger>): ErrorRequestHandler =>
  (error: Error, _request, response, next) => {
    log.error({ err: error }, 'request failed');
    if (response.headersSent) return next(error);
    response.status(502).json({ error: messageOf(error) });
  };
