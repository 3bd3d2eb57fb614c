// Starts an app's server. If the server can't start, the process prints the reason and ends.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { fatal } from '../../support/output.ts';

/**
 * Time without requests after which a server for browsers closes a connection, in milliseconds. It is longer than the
 * five minutes of Chrome and the two of Firefox, so that the browser closes first. If the server closes a connection
 * while a request is on the way, the request meets a reset, and a reset ends `kubectl port-forward`.
 * https://github.com/kubernetes/kubectl/issues/1249
 */
export const IDLE_BROWSER_MS = 10 * 60_000;

/** Requests for another protocol, such as WebSocket. */
export interface Upgrades {
  /** Whether a request may switch. All others are answered as if they had no header Upgrade. */
  readonly mayUpgrade: (request: IncomingMessage) => boolean;
  readonly accept: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

interface ListenOptions {
  /** Default: no request switches to another protocol. */
  readonly upgrades?: Upgrades;
  /** Time without requests after which the server closes a connection, in milliseconds. Default: that of Node. */
  readonly idle?: number;
}

/**
 * Starts the app's server, and calls `opened` once it accepts requests. Ends the process with a message if the port is
 * not available. Express 5 passes a listen error to the callback.
 * https://expressjs.com/en/guide/migrating-5.html, section "app.listen"
 */
export function listen(app: Express, port: number, opened: () => void, { idle, upgrades }: ListenOptions = {}): void {
  const server = app.listen(port, (error?: Error) => {
    if (error) fatal(new Error(`expected to listen on port ${port}, found ${error.message}. Set PORT to a free port.`));
    opened();
  });
  if (idle !== undefined) server.keepAliveTimeout = idle;
  if (upgrades) {
    // Express creates the server, so the option can't be passed to it: https://nodejs.org/api/http.html
    Object.assign(server, { shouldUpgradeCallback: upgrades.mayUpgrade });
    server.on('upgrade', upgrades.accept);
  }
}
