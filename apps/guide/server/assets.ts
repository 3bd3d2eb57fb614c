// Serves the largest file under /assets, which is stored compressed only: so the image is smaller, and the guide spends
// neither memory nor time on compressing it.
import type { RequestHandler } from 'express';

/** Returns where a file under /assets is stored. */
export const storedAs = (path: string): string =>
  /\/language-worker-[A-Z0-9]{8}\.js$/.test(path) ? `${path}.gz` : path;

/**
 * Leads a request to the compressed file. Answers 406 to a client that doesn't take gzip. Every browser does, and the
 * editor works without this file.
 */
export const compressedOnly: RequestHandler = (request, response, next) => {
  const stored = storedAs(request.path);
  if (stored === request.path) return next();
  if (request.acceptsEncodings('gzip') === false)
    return void response.status(406).type('text').send('expected a client that takes gzip, found none\n');
  request.url = stored;
  next();
};
