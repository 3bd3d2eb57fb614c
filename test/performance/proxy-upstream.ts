// The server behind both proxies of the benchmark `portal`. It answers as a guide does, but does no work, so that the
// proxies and not their upstream limit the result.
// usage: node proxy-upstream.ts HOST PORT
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';

const EVENT_EVERY_MS = 1_000;
const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  vary: 'accept-encoding',
};

const bodies = new Map<number, Buffer>();
const [host, port] = process.argv.slice(2);
const streams = new Set<ServerResponse>();

/** Answers a path that ends with a number with that many bytes, and one that ends with `events` with a stream. */
const server = createServer((request, response) => {
  const last = request.url?.slice(request.url.lastIndexOf('/') + 1) ?? '';
  if (last === 'events') return stream(response);
  const body = bodyOf(Number(last));
  const answer = (): void => void response.writeHead(200, { ...HEADERS, 'content-length': body.length }).end(body);
  if (request.method === 'GET') answer();
  else request.once('end', answer).resume();
});

function bodyOf(size: number): Buffer {
  const body = bodies.get(size) ?? Buffer.alloc(size, 'x');
  bodies.set(size, body);
  return body;
}

function stream(response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' }).write(': hello\n\n');
  streams.add(response);
  response.once('close', () => streams.delete(response));
}

setInterval(() => streams.forEach((response) => response.write(`data: ${Date.now()}\n\n`)), EVENT_EVERY_MS);
server.keepAliveTimeout = 60_000;
server.listen(Number(port), host, () => process.stdout.write('listening\n'));
