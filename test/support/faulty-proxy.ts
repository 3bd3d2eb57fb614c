// Stands between a client and the API server, and does what networks, proxies and tired API servers do.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/**
 * - none: everything is passed on;
 * - gone: every watch is told, in its stream or at its start, that its resourceVersion is too old;
 * - errors: every request is answered 500, and every watch is cut off;
 * - resets: every connection is reset;
 * - silence: nothing is answered, and watches get no more, not even afterwards, though their connections stay.
 */
export type Fault = 'none' | 'gone' | 'errors' | 'resets' | 'silence';

/** What a request gets that comes during a fault, and what a watch gets that is open when one begins. */
interface Effect {
  request(answer: ServerResponse): void;
  watch(answer: ServerResponse): void;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#410-gone-responses */
const EXPIRED = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410, message: 'too old resource version' });
const JSON_TYPE = { 'content-type': 'application/json' };

const effects: Record<Exclude<Fault, 'none'>, Effect> = {
  gone: {
    request: (answer) => answer.writeHead(410, JSON_TYPE).end(EXPIRED),
    watch: (answer) => answer.end(`{"type":"ERROR","object":${EXPIRED}}\n`),
  },
  errors: {
    request: (answer) => answer.writeHead(500, { 'content-type': 'text/plain' }).end('an error on the server\n'),
    watch: (answer) => answer.destroy(),
  },
  resets: {
    request: (answer) => answer.socket?.resetAndDestroy(),
    watch: (answer) => answer.socket?.resetAndDestroy(),
  },
  silence: { request: () => undefined, watch: () => undefined },
};

export class FaultyProxy {
  /** Requests that met a fault, and watches that were struck. */
  struck = 0;
  private fault: Fault = 'none';
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  /** What passes a watch's events on, by the answer that they are passed to. */
  private readonly watches = new Map<ServerResponse, IncomingMessage>();
  private readonly upstream: string;
  private readonly agent: Agent;

  /** @param upstream the API server's URL; `ca` what its certificate is signed by */
  constructor(upstream: string, ca: Buffer) {
    this.upstream = upstream;
    this.agent = new Agent({ ca, keepAlive: true });
    this.server = createServer((asked, answer) => this.serve(asked, answer));
    this.server.on('connection', (socket) => void this.sockets.add(socket.once('close', () => this.sockets.delete(socket))));
  }

  /** Starts it. @returns its URL on 127.0.0.1, without TLS */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on; watches that are open are struck at once. */
  set(fault: Fault): void {
    this.fault = fault;
    if (fault === 'none') return;
    for (const [answer, events] of this.watches) {
      events.unpipe(answer).resume();
      effects[fault].watch(answer);
      this.struck++;
    }
    this.watches.clear();
    if (fault === 'resets') for (const socket of this.sockets) socket.resetAndDestroy();
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    this.agent.destroy();
  }

  private serve(asked: IncomingMessage, answer: ServerResponse): void {
    const watch = new URL(asked.url ?? '/', this.upstream).searchParams.get('watch') !== null;
    if (this.fault === 'none' || (this.fault === 'gone' && !watch)) return this.pass(asked, answer, watch);
    this.struck++;
    effects[this.fault].request(answer);
  }

  private pass(asked: IncomingMessage, answer: ServerResponse, watch: boolean): void {
    const { method } = asked;
    const headers = { ...asked.headers };
    delete headers.host; // the API server's own is another
    const onward = request(new URL(asked.url ?? '/', this.upstream), { agent: this.agent, headers, ...(method !== undefined && { method }) }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers).flushHeaders();
      if (watch) this.watches.set(answer, response);
      response.pipe(answer);
      response.once('error', () => answer.destroy());
    });
    onward.once('error', () => answer.destroy());
    answer.once('close', () => {
      this.watches.delete(answer);
      onward.destroy();
    });
    asked.pipe(onward);
  }
}
