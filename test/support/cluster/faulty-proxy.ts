// A proxy on loopback between a client and the API server. It fails on command, as networks and load balancers do.
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/**
 * A fault of the proxy: it answers with an error status, breaks the connection, or stays silent. A silent proxy sends
 * no more bytes, not even on connections that are already open.
 */
export type Fault = { readonly answer: number } | 'reset' | 'silence';

export interface FaultyProxy {
  readonly url: string;
  /** Every request so far as `METHOD path`, including failed ones. */
  readonly requests: string[];
  /**
   * Starts a fault for all requests, or only for those that `applies` accepts. The fault also breaks or silences the
   * open connections of these requests.
   */
  fail(fault: Fault, applies?: (request: string) => boolean): void;
  /** Ends the fault, so that new requests are forwarded again. Connections that fell silent stay silent. */
  heal(): void;
  close(): Promise<void>;
}

export interface Target {
  readonly url: string;
  /** The certificate authority of the API server, and the credentials of the proxy. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername'>;
}

interface Exchange {
  readonly request: string;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** The API server's answer to this request. Undefined until the answer arrives. */
  answer?: IncomingMessage;
  silent?: boolean;
}

export async function startFaultyProxy(target: Target): Promise<FaultyProxy> {
  const open = new Set<Exchange>();
  const requests: string[] = [];
  let faultOf: (request: string) => Fault | undefined = () => undefined;

  const server = createServer((incoming, response) => {
    const exchange: Exchange = { request: `${incoming.method} ${incoming.url}`, incoming, response };
    requests.push(exchange.request);
    open.add(exchange);
    response.once('close', () => open.delete(exchange));
    const fault = faultOf(exchange.request);
    if (fault === undefined) forward(exchange, target);
    else if (typeof fault === 'object') answer(response, fault.answer);
    else strike(exchange, fault);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fail(fault, applies = () => true) {
      faultOf = (request) => (applies(request) ? fault : undefined);
      for (const exchange of typeof fault === 'object' ? [] : open)
        if (applies(exchange.request)) strike(exchange, fault as 'reset' | 'silence');
    },
    heal: () => void (faultOf = () => undefined),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function forward(exchange: Exchange, { url, tls }: Target): void {
  const { incoming, response } = exchange;
  const { protocol, hostname, port, pathname } = new URL(url);
  const request = protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = { ...incoming.headers, host: `${hostname}:${port}` };
  const path = pathname.replace(/\/$/, '') + (incoming.url ?? '');
  const outgoing = request({ ...tls, hostname, port, path, method: incoming.method, headers }, (received) => {
    exchange.answer = received;
    if (exchange.silent) return;
    response.writeHead(received.statusCode ?? 502, received.headers).flushHeaders();
    received.pipe(response);
    received.once('error', () => response.destroy());
  });
  outgoing.once('error', () => response.destroy());
  response.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function strike(exchange: Exchange, fault: 'reset' | 'silence'): void {
  if (fault === 'reset') return void exchange.incoming.socket.resetAndDestroy();
  exchange.silent = true;
  exchange.answer?.unpipe();
  exchange.answer?.resume();
}

/** Answers with an error status and a Status object, as the API server does. */
function answer(response: ServerResponse, code: number): void {
  const reason = code === 410 ? 'Expired' : 'InternalError';
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: 'said by the faulty proxy',
      reason,
      code,
    }),
  );
}
