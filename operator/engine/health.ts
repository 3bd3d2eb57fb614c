// An HTTP server with /healthz and /readyz for Kubernetes probes, and /metrics for Prometheus.
// https://kubernetes.io/docs/reference/using-api/health-checks/
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asError } from '../../support/as-error.ts';
import type { Metrics } from './metrics.ts';

/** A readiness check. Returns the problem as text, with what was expected and found. Returns undefined if it passes. */
export type Check = () => string | undefined;

export interface HealthOptions {
  /** The TCP port to listen on. 0 picks a free port. */
  readonly port: number;
  /** The address to listen on. Default: all addresses of the machine. */
  readonly host?: string;
  /** The checks that /readyz runs, by name. */
  readonly ready: Readonly<Record<string, Check>>;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts the server. @throws Error if the server can't listen on the port */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    answer(pathOf(request.url), response, options).catch((error: unknown) =>
      respond(response, 500, asError(error).message),
    );
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, close: () => close(server) };
}

const pathOf = (url = '/'): string => url.split('?')[0] ?? '/';

async function answer(path: string, response: ServerResponse, { ready, metrics }: HealthOptions): Promise<void> {
  switch (path) {
    case '/healthz':
      return respond(response, 200, 'ok');
    case '/readyz':
      return readiness(response, ready);
    case '/metrics':
      return respond(response, 200, (await metrics.text()).trimEnd(), metrics.contentType);
    default:
      return respond(response, 404, 'Expected /healthz, /readyz or /metrics.');
  }
}

function readiness(response: ServerResponse, checks: HealthOptions['ready']): void {
  const results = Object.entries(checks).map(([name, check]) => ({ name, problem: problemOf(check) }));
  const lines = results.map(({ name, problem }) =>
    problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`,
  );
  const failed = results.some(({ problem }) => problem !== undefined);
  respond(response, failed ? 503 : 200, [...lines, failed ? 'not ready' : 'ready'].join('\n'));
}

function problemOf(check: Check): string | undefined {
  try {
    return check();
  } catch (thrown) {
    return asError(thrown).message;
  }
}

function respond(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(`${text}\n`);
}

/** Closes the server and every open connection, including idle ones that Prometheus keeps open. */
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
