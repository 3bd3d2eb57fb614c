// A fake Jaeger for tests, with its API v3. It serves the spans that test receivers have received.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ofTraces } from './receiver.ts';
import type { ResourceSpans } from './receiver.ts';

interface Spans {
  resourceSpans(): ResourceSpans[];
}

const empty = '{"error":{"httpCode":404,"message":"No traces found"}}';

export class FakeJaeger {
  readonly #own: Spans[];
  readonly #others: Spans[];
  readonly #server: Server;
  /**
   * Takes spans that receivers have received, and returns those that reach Jaeger. A test may replace it by the
   * Collector's `passes`. By default, all spans reach Jaeger.
   */
  passes: (resourceSpans: ResourceSpans[]) => ResourceSpans[] = (all) => all;

  /**
   * Starts the fake Jaeger.
   * @param own receivers of the traces that a search finds
   * @param others receivers whose spans a search does not find; Jaeger adds these spans to a trace that is requested by
   * its id
   */
  static async start(own: Spans[], others: Spans[] = []): Promise<FakeJaeger> {
    const jaeger = new FakeJaeger(own, others);
    await new Promise<void>((resolve) => jaeger.#server.listen(0, '127.0.0.1', resolve));
    return jaeger;
  }

  private constructor(own: Spans[], others: Spans[]) {
    [this.#own, this.#others] = [own, others];
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
    if (pathname.endsWith('/api/v3/services')) return void response.end(JSON.stringify({ services: this.#services() }));
    const [, id] = /\/api\/v3\/traces\/([0-9a-f]+)$/.exec(pathname) ?? [];
    const wanted = id ? new Set([id]) : this.#search(searchParams);
    const all = [...this.#own, ...this.#others].flatMap((spans) => spans.resourceSpans());
    // The inner filter keeps `passes` from copying all spans. The outer filter removes groups that `passes` has
    // emptied.
    const resourceSpans = ofTraces(this.passes(ofTraces(all, wanted)), wanted);
    if (resourceSpans.length === 0) return void response.writeHead(404).end(empty);
    response.end(JSON.stringify({ result: { resourceSpans } }));
  }

  #services(): string[] {
    const names = this.#own
      .flatMap((own) => own.resourceSpans())
      .map(({ resource }) => resource?.attributes?.find(({ key }) => key === 'service.name')?.value?.stringValue);
    return [...new Set(names.filter((name) => name !== undefined))];
  }

  /**
   * Returns the IDs of the traces that match the query: a span of the service starts in the time range. A query without
   * a service asks for all. If more than `num_traces` match, only the latest are returned.
   */
  #search(query: URLSearchParams): Set<string> {
    const [service, from, to] = ['service_name', 'start_time_min', 'start_time_max'].map(
      (name) => query.get(`query.${name}`) ?? '',
    );
    const spans = this.passes(this.#own.flatMap((own) => own.resourceSpans()))
      .filter(
        ({ resource }) =>
          service === '' ||
          resource?.attributes?.some(({ key, value }) => key === 'service.name' && value?.stringValue === service),
      )
      .flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap((scope) => scope.spans ?? []));
    const inTime = spans.filter(({ startTimeUnixNano = '0' }) => {
      const start = Number(BigInt(startTimeUnixNano) / 1_000_000n);
      return start >= Date.parse(from ?? '') && start <= Date.parse(to ?? '');
    });
    return new Set(
      [...new Set(inTime.map(({ traceId }) => traceId))].slice(-Number(query.get('query.num_traces') ?? 20)),
    );
  }
}
