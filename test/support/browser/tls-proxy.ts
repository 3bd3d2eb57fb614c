// A proxy in front of a server, as an Ingress controller is: it ends TLS, and asks the server under another Host.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the server behind the proxy sees as Host. */
export const HOST_BEHIND = 'portal.internal';

/** Returns a new self-signed certificate for 127.0.0.1, and its key, as PEM. */
function newCertificate(): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'intro-otel-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  try {
    execFileSync('openssl', ['req', '-x509', ...ec, '-keyout', key, '-out', cert, '-days', '2', ...names], {
      stdio: 'pipe',
    });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export class TlsProxy {
  readonly #server: Server;
  readonly #port: number;

  /**
   * Starts a proxy on 127.0.0.1.
   * @param port where it listens
   * @param target returns the origin of the server behind it
   */
  static async start(port: number, target: () => string): Promise<TlsProxy> {
    const server = createServer(newCertificate(), (incoming, outgoing) => forward(incoming, outgoing, target()));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return new TlsProxy(server, port);
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  get origin(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

const asProxied = (headers: IncomingHttpHeaders): IncomingHttpHeaders => ({
  ...headers,
  host: HOST_BEHIND,
  'x-forwarded-proto': 'https',
  ...(headers.host !== undefined && { 'x-forwarded-host': headers.host }),
});

function forward(incoming: IncomingMessage, outgoing: ServerResponse, target: string): void {
  const { method, url, headers } = incoming;
  const asked = request(new URL(url ?? '/', target), { method, headers: asProxied(headers) }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  asked.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
  outgoing.on('close', () => asked.destroy());
  incoming.pipe(asked);
}
