// Receives metrics and logs from the Collector by OTLP/HTTP with JSON. It limits size, time and number of requests, and
// counts what it refuses.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { messageOf } from '../../../../support/errors.ts';
import { CutStrings } from './cut-strings.ts';
import type { TelemetrySignal } from './probes.ts';
import type { Telemetry } from './telemetry.ts';

const MIB = 2 ** 20;

/** The most bytes of a request that are kept, after long texts were cut, and the most that are read. */
const [LARGEST, MOST_READ] = [MIB, 32 * MIB];
/** The most requests at a time. The Collector sends others again. */
const MOST_REQUESTS = 4;
const MOST_CONNECTIONS = 32;
const [HEADERS_TIMEOUT, REQUEST_TIMEOUT] = [5_000, 10_000];

const SIGNALS: Readonly<Record<string, TelemetrySignal>> = { '/v1/metrics': 'metrics', '/v1/logs': 'logs' };

/** Paths of the receiver. The guide does not trace them. */
export const receiverPaths = Object.keys(SIGNALS);

/** Status codes of gRPC, which OTLP/HTTP uses in its answers: https://grpc.io/docs/guides/status-codes/ */
const [INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAVAILABLE] = [3, 8, 12, 14];

interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Under which reason the request counts as lost. */
  readonly reason?: 'size' | 'busy' | 'format';
}

/** Returns a server that is not listening yet. */
export function receiverFor(telemetry: Telemetry): Server {
  let active = 0;
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT },
    (request, response) => {
      const signal = signalOf(request);
      const refusal = refusalOf(request, signal) ?? (active >= MOST_REQUESTS ? busy : undefined);
      if (!signal || refusal) return refuse(telemetry, { request, response, signal }, refusal ?? unknownPath);
      active += 1;
      response.once('close', () => (active -= 1));
      receive(telemetry, { request, response, signal }).catch(() => request.destroy());
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

const signalOf = ({ url = '' }: IncomingMessage): TelemetrySignal | undefined =>
  Object.hasOwn(SIGNALS, url) ? SIGNALS[url] : undefined;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly signal: TelemetrySignal | undefined;
}

function refusalOf({ method, headers }: IncomingMessage, signal: TelemetrySignal | undefined): Refusal | undefined {
  if (!signal) return unknownPath;
  if (method !== 'POST')
    return {
      status: 405,
      code: UNIMPLEMENTED,
      message: `expected POST, found ${method ?? 'no method'}`,
      headers: { allow: 'POST' },
    };
  return refusalOfFormat(headers) ?? refusalOfSize(headers['content-length'] ?? '0');
}

function refusalOfFormat(headers: IncomingHttpHeaders): Refusal | undefined {
  const { 'content-type': type = 'none', 'content-encoding': encoding = 'identity' } = headers;
  if (!/^application\/json\b/i.test(type))
    return unsupported('content-type', { found: type, expected: 'application/json', setting: 'encoding: json' });
  if (encoding === 'identity') return undefined;
  return unsupported('content-encoding', { found: encoding, expected: 'none', setting: 'compression: none' });
}

const refusalOfSize = (length: string): Refusal | undefined =>
  Number(length) > MOST_READ ? tooLarge(`${length} bytes`) : undefined;

interface Mismatch {
  readonly found: string;
  readonly expected: string;
  /** What to set for the Collector's exporter. */
  readonly setting: string;
}

const unsupported = (header: string, { found, expected, setting }: Mismatch): Refusal => ({
  status: 415,
  code: INVALID_ARGUMENT,
  message: `expected ${header} ${expected}, found ${found.slice(0, 100)}. Set ${setting} for the Collector's exporter.`,
  reason: 'format',
});

const unknownPath: Refusal = {
  status: 404,
  code: UNIMPLEMENTED,
  message: `expected a path of ${receiverPaths.join(', ')}. The guide receives no traces: send them to Jaeger.`,
};

const tooLarge = (found: string): Refusal => ({
  status: 413,
  code: RESOURCE_EXHAUSTED,
  message: `expected at most ${String(LARGEST)} bytes, without what exceeds 16 kB of a text, found ${found}`,
  reason: 'size',
});

const busy: Refusal = {
  status: 503,
  code: UNAVAILABLE,
  message: `expected at most ${String(MOST_REQUESTS)} requests at a time, found more. Send this one again.`,
  headers: { 'retry-after': '1' },
  reason: 'busy',
};

async function receive(telemetry: Telemetry, exchange: Exchange & { signal: TelemetrySignal }): Promise<void> {
  const { request, response, signal } = exchange;
  const strings = new CutStrings();
  const body = await bodyOf(request, strings);
  if (!body) return refuse(telemetry, exchange, tooLarge('more'));
  if (strings.cut > 0) telemetry.lost(signal, 'cut', 'the end of a text of more than 16 kB', strings.cut);
  try {
    telemetry.accept(signal, body);
    answer(response, 200, {});
  } catch (error) {
    refuse(telemetry, exchange, {
      status: 400,
      code: INVALID_ARGUMENT,
      message: `expected OTLP JSON: ${messageOf(error)}`,
      reason: 'format',
    });
  }
}

/** Reads a body to its end. Returns undefined if it is too large. Only what is kept takes memory. */
async function bodyOf(request: IncomingMessage, strings: CutStrings): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let [read, size] = [0, 0];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    read += chunk.length;
    if (read > MOST_READ) return undefined;
    if (size > LARGEST) continue;
    const kept = strings.keep(chunk);
    size += kept.length;
    chunks.push(kept);
    if (size > LARGEST) chunks.length = 0;
  }
  return size > LARGEST ? undefined : Buffer.concat(chunks);
}

/** Answers with an error, and reads the rest of the request, so that the client reads the answer. */
function refuse(telemetry: Telemetry, { request, response, signal }: Exchange, refusal: Refusal): void {
  const { status, code, message, headers, reason } = refusal;
  if (signal && reason) telemetry.lost(signal, reason, `a request: ${message}`);
  const isEndless = Number(request.headers['content-length'] ?? Infinity) > MOST_READ;
  answer(response, status, { code, message }, { ...headers, ...(isEndless ? { connection: 'close' } : {}) });
  if (isEndless) response.once('finish', () => request.destroy());
  else request.resume();
}

function answer(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
