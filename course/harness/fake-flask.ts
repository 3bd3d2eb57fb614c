// Stands in for the Flask app, and sends the spans that a real one's SDK sends. The first part of a request's path says
// what is wrong with it: `/rolldice` is right, and `/own-trace/rolldice` begins a trace of its own.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { call } from '../../support/http.ts';

interface Behaviour {
  readonly status?: number;
  readonly language?: string;
  /** Kind of the span as OTLP has it: 2 is SERVER. Without one there is no span. */
  readonly kind?: number;
  readonly ownTrace?: boolean;
  /** Whether there is a span below, and what its parent is. */
  readonly child?: 'own' | 'missing';
}

const right: Behaviour = { status: 200, language: 'python', kind: 2 };

const behaviours = {
  '': right,
  'with-child': { ...right, child: 'own' },
  'own-trace': { ...right, ownTrace: true },
  'no-spans': { ...right, kind: 0 },
  'another-language': { ...right, language: 'nodejs' },
  'wrong-kind': { ...right, kind: 1 },
  'orphan-child': { ...right, child: 'missing' },
  'error-500': { ...right, status: 500, kind: 0 },
  'error-404': { ...right, status: 404, kind: 0 },
} as const satisfies Readonly<Record<string, Behaviour>>;

const spanId = (): string => randomBytes(8).toString('hex');

export class FakeFlask {
  readonly #server: Server;
  readonly #receiver: string;

  /** @param receiver URL at which the spans arrive by OTLP */
  static async start(receiver: string): Promise<FakeFlask> {
    const flask = new FakeFlask(receiver);
    await new Promise<void>((listening) => flask.#server.listen(0, '127.0.0.1', listening));
    return flask;
  }

  private constructor(receiver: string) {
    this.#receiver = receiver;
    this.#server = createServer((request, response) => {
      const { status = 200, ...behaviour } = behaviourAt(request);
      const answer = () => response.writeHead(status).end('4');
      this.#send(String(request.headers.traceparent ?? ''), behaviour).then(answer, answer);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close().closeAllConnections();
  }

  async #send(traceparent: string, { language = '', kind = 0, ownTrace, child }: Omit<Behaviour, 'status'>) {
    if (kind === 0) return;
    const [, traceId, parentSpanId] = /^00-(\w{32})-(\w{16})-01$/.exec(ownTrace ? '' : traceparent) ?? [];
    const server = { traceId: traceId ?? randomBytes(16).toString('hex'), spanId: spanId() };
    const below = { traceId: server.traceId, spanId: spanId(), name: 'do_roll', kind: 1 };
    await this.#post(language, [
      { ...server, ...(parentSpanId ? { parentSpanId } : {}), name: 'GET /rolldice', kind },
      ...(child ? [{ ...below, parentSpanId: child === 'own' ? server.spanId : 'c'.repeat(16) }] : []),
    ]);
  }

  async #post(language: string, spans: readonly object[]): Promise<void> {
    const times = { startTimeUnixNano: `${Date.now()}000000`, endTimeUnixNano: `${Date.now() + 1}000000` };
    const names = { 'service.name': 'flask', 'telemetry.sdk.language': language };
    const attributes = Object.entries(names).map(([key, stringValue]) => ({ key, value: { stringValue } }));
    const scopeSpans = [{ scope: { name: 'a-library' }, spans: spans.map((span) => ({ ...span, ...times })) }];
    await call(`${this.#receiver}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans }] }),
    });
  }
}

function behaviourAt({ url = '' }: IncomingMessage): Behaviour {
  const [, name = ''] = /^\/(?:([\w-]+)\/)?rolldice/.exec(url) ?? [];
  return name in behaviours ? behaviours[name as keyof typeof behaviours] : behaviours['error-404'];
}
