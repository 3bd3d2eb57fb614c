// Jaeger's API v3 on top of what a receiver has got, inside a test.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Receiver } from './receiver.ts';

interface Attribute { key: string; value?: { stringValue?: string } }
export interface OtlpSpan { traceId: string; spanId?: string; name?: string; startTimeUnixNano?: string; attributes?: Attribute[] }
export interface ResourceSpans { resource?: { attributes?: Attribute[] }; scopeSpans?: { scope?: object; spans?: OtlpSpan[] }[] }

const empty = '{"error":{"httpCode":404,"message":"No traces found"}}';

export class JaegerOf {
  readonly #receiver: Receiver;
  readonly #server: Server;
  /** What the Collector does to spans on the way. */
  passes: (resourceSpans: ResourceSpans[]) => ResourceSpans[] = (all) => all;

  static async start(receiver: Receiver): Promise<JaegerOf> {
    const jaeger = new JaegerOf(receiver);
    await new Promise<void>((resolve) => jaeger.#server.listen(0, '127.0.0.1', resolve));
    return jaeger;
  }

  private constructor(receiver: Receiver) {
    this.#receiver = receiver;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://jaeger');
    const [, id] = /\/api\/v3\/traces\/([0-9a-f]+)$/.exec(pathname) ?? [];
    const wanted = id ? new Set([id]) : this.#found(searchParams);
    const resourceSpans = this.#all().flatMap((group) => {
      const scopeSpans = (group.scopeSpans ?? []).map((scope) => ({ ...scope, spans: (scope.spans ?? []).filter(({ traceId }) => wanted.has(traceId)) })).filter(({ spans }) => spans.length > 0);
      return scopeSpans.length > 0 ? [{ ...group, scopeSpans }] : [];
    });
    if (resourceSpans.length === 0) return void response.writeHead(404).end(empty);
    response.end(JSON.stringify({ result: { resourceSpans } }));
  }

  #all(): ResourceSpans[] {
    return this.passes(this.#receiver.resourceSpans());
  }

  /** A search: traces with a span of the service that began in the window, the latest `num_traces`. */
  #found(query: URLSearchParams): Set<string> {
    const [service, from, to] = ['service_name', 'start_time_min', 'start_time_max'].map((name) => query.get(`query.${name}`) ?? '');
    const spans = this.#all().filter(({ resource }) => resource?.attributes?.some(({ key, value }) => key === 'service.name' && value?.stringValue === service))
      .flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap((scope) => scope.spans ?? []));
    const inTime = spans.filter(({ startTimeUnixNano = '0' }) => {
      const start = Number(BigInt(startTimeUnixNano) / 1_000_000n);
      return start >= Date.parse(from ?? '') && start <= Date.parse(to ?? '');
    });
    return new Set([...new Set(inTime.map(({ traceId }) => traceId))].slice(-Number(query.get('query.num_traces') ?? 20)));
  }
}
