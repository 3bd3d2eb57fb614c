// Opens a connection, and tries again while nothing listens. Tracing is above it, so a request has one span however
// often it tries to connect.
import type { ClientRequestArgs } from 'node:http';
import { connect } from 'node:net';
import type { NetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/** Milliseconds between two attempts. */
const PAUSE = 20;

/** Nothing listens, or what listened has ended before it took the connection. No request was sent. */
const RETRIED: readonly string[] = ['ECONNREFUSED', 'ECONNRESET'];

type Connected = (error: Error | null, socket: Duplex) => void;

/**
 * Returns a function for the option `createConnection` of a request. It tries again for `within` milliseconds while the
 * connection is refused, as between the end of a program and its next start. An aborted signal ends it sooner.
 * https://nodejs.org/api/http.html#httprequesturl-options-callback
 */
export function connectWithin(
  within: number,
  signal?: AbortSignal,
): (options: ClientRequestArgs, connected: Connected) => undefined {
  return (options, connected) => {
    const end = performance.now() + within;
    attempt(options as NetConnectOpts, connected, () => signal?.aborted !== true && performance.now() + PAUSE < end);
    return undefined;
  };
}

function attempt(options: NetConnectOpts, connected: Connected, mayRetry: () => boolean): void {
  const socket = connect(options);
  const fail = (error: NodeJS.ErrnoException): void => {
    if (RETRIED.includes(error.code ?? '') && mayRetry())
      setTimeout(() => attempt(options, connected, mayRetry), PAUSE);
    else connected(error, socket);
  };
  socket.once('error', fail);
  socket.once('connect', () => {
    socket.off('error', fail);
    connected(null, socket);
  });
}
