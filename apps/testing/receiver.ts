// An OTLP/HTTP receiver for tests. It stores the telemetry that apps send, and parses telemetry in JSON.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tracesFromOtlp } from '../../otlp/traces.ts';
import type { Trace } from '../../otlp/traces.ts';
import { waitFor } from '../../support/waiting.ts';

interface Attribute {
  readonly key: string;
  readonly value?: { stringValue?: string };
}
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId?: string;
  readonly name?: string;
  readonly startTimeUnixNano?: string;
  readonly attributes?: Attribute[];
}
export interface ResourceSpans {
  readonly resource?: { attributes?: Attribute[] };
  readonly scopeSpans?: { scope?: object; spans?: OtlpSpan[] }[];
  /** When the receiver received the spans, in milliseconds since 1970. */
  receivedAt?: number;
}

interface NumberPoint {
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano?: string;
  readonly asInt?: number | string;
  readonly asDouble?: number;
}
export interface Metric {
  readonly name: string;
  readonly sum?: { isMonotonic?: boolean; aggregationTemporality?: number; dataPoints?: NumberPoint[] };
  readonly histogram?: {
    aggregationTemporality?: number;
    dataPoints?: { startTimeUnixNano?: string; timeUnixNano?: string; count?: number | string; sum?: number }[];
  };
  readonly gauge?: { dataPoints?: NumberPoint[] };
}
interface LogRecord {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly severityText?: string;
  readonly eventName?: string;
  readonly body?: { stringValue?: string };
}
interface ResourceTraces {
  readonly resourceSpans: ResourceSpans[];
}
interface ResourceLogs {
  readonly resourceLogs: { scopeLogs: { logRecords: LogRecord[] }[] }[];
}
interface ResourceMetrics {
  readonly resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[];
}

export interface ReceivedRequest {
  path: string;
  type: string;
  bytes: Buffer;
  at: number;
  /** The JSON of the request, parsed. The result is cached, because tests read all requests repeatedly. */
  parsed?: unknown;
}

/** The IDs of the traces in each group. They are kept, because checks read all groups many times. */
const known = new WeakMap<ResourceSpans, Set<string>>();

function traceIdsIn(group: ResourceSpans): Set<string> {
  const cached = known.get(group);
  if (cached) return cached;
  const ids = new Set((group.scopeSpans ?? []).flatMap(({ spans = [] }) => spans.map(({ traceId }) => traceId)));
  known.set(group, ids);
  return ids;
}

function parsed({ bytes, at }: ReceivedRequest): unknown {
  const body = JSON.parse(bytes.toString('utf8')) as Partial<ResourceTraces>;
  for (const group of body.resourceSpans ?? []) group.receivedAt = at;
  return body;
}

/** Returns only the spans of the traces with the given IDs. */
export function ofTraces(all: ResourceSpans[], wanted: Set<string>): ResourceSpans[] {
  const groups = all.filter((group) => [...wanted].some((id) => traceIdsIn(group).has(id)));
  return groups.flatMap((group) => {
    const scopeSpans = (group.scopeSpans ?? [])
      .map((scope) => ({ ...scope, spans: (scope.spans ?? []).filter(({ traceId }) => wanted.has(traceId)) }))
      .filter(({ spans }) => spans.length > 0);
    return scopeSpans.length > 0 ? [{ ...group, scopeSpans }] : [];
  });
}

export class Receiver {
  /** All received requests, in order. */
  readonly requests: ReceivedRequest[] = [];
  readonly #server: Server;
  readonly #watchers = new Set<(request: ReceivedRequest) => void>();

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  private constructor() {
    this.#server = createServer((request, response) => this.#receive(request, response));
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const received = {
        path: request.url ?? '',
        type: request.headers['content-type'] ?? '',
        bytes: Buffer.concat(chunks),
        at: Date.now(),
      };
      this.requests.push(received);
      this.#watchers.forEach((watcher) => watcher(received));
      response.writeHead(200, { 'content-type': request.headers['content-type'] ?? 'application/json' });
      response.end(request.headers['content-type'] === 'application/json' ? '{}' : undefined);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Calls `watcher` with all requests so far, and with each that arrives. @returns a function that ends this */
  watch(watcher: (request: ReceivedRequest) => void): () => void {
    this.requests.forEach(watcher);
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #received<T>(path: string, from = 0): T[] {
    return this.requests
      .slice(from)
      .filter((request) => request.path === path && request.type === 'application/json')
      .map((request) => (request.parsed ??= parsed(request)) as T);
  }

  traces(): Trace[] {
    return tracesFromOtlp({ resourceSpans: this.resourceSpans() });
  }

  resourceSpans(): ResourceSpans[] {
    return this.#received<ResourceTraces>('/v1/traces').flatMap(({ resourceSpans }) => resourceSpans);
  }

  logRecords(): LogRecord[] {
    return this.#received<ResourceLogs>('/v1/logs')
      .flatMap(({ resourceLogs }) => resourceLogs)
      .flatMap(({ scopeLogs }) => scopeLogs)
      .flatMap(({ logRecords }) => logRecords);
  }

  metricNames(): string[] {
    return this.metrics().map(({ name }) => name);
  }

  metrics(): Metric[] {
    return this.metricExports().flat();
  }

  /** Returns the metrics of each export. @param from index of the first request to read */
  metricExports(from = 0): Metric[][] {
    return this.#received<ResourceMetrics>('/v1/metrics', from).map(({ resourceMetrics }) =>
      resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics).flatMap(({ metrics }) => metrics),
    );
  }

  /** Waits until the trace has at least `spans` spans, and returns the trace. */
  trace(traceId: string, spans = 1): Promise<Trace> {
    return waitFor(`trace ${traceId} with ${spans} spans`, () => {
      const [trace] = tracesFromOtlp({ resourceSpans: ofTraces(this.resourceSpans(), new Set([traceId])) });
      return trace && trace.spans.length >= spans ? trace : undefined;
    });
  }
}
