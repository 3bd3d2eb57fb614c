// The operator's log: a JSON line each, with a constant message, what differs in fields beside it, the ids of the span it was
// written in, and no secret.
import { AsyncLocalStorage } from 'node:async_hooks';
import { isNativeError } from 'node:util/types';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import { asError } from '../../support/as-error.ts';

/** The message is the same each time, so that it can be searched for; what differs is in the fields. */
type Write = (fields: object, message: string) => void;

export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Names of fields that hold, or may hold, a credential, as Kubernetes and HTTP write them. */
const SECRETS = [
  'token',
  'accessToken',
  'bearerToken',
  'authorization',
  'Authorization',
  'password',
  'kubeconfig',
  'cookie',
  'Cookie',
  'clientKey',
  'client-key',
  'client-key-data',
  'data',
  'stringData',
];
const DEPTHS = ['', '*.', '*.*.', '*.*.*.'];

const fieldsOfWork = new AsyncLocalStorage<object>();

/** Has every line that is written during `work`, and in what it calls, carry these fields. */
export function withFields<T>(fields: object, work: () => T): T {
  return fieldsOfWork.run({ ...fieldsOfWork.getStore(), ...fields }, work);
}

/** @param wanted the least severe level to be written, `info` unless told otherwise */
export function createLogger(
  wanted: string | undefined = process.env['LOG_LEVEL'],
  destination?: DestinationStream,
): Logger {
  const level = LEVELS.find((one) => one === wanted?.toLowerCase()) ?? 'info';
  const withStack = level === 'debug' || level === 'trace';
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => ({ ...fieldsOfWork.getStore(), ...idsOfSpan() }),
    serializers: { err: (thrown: unknown) => fieldsOf(thrown, withStack) },
    redact: SECRETS.flatMap((name) => DEPTHS.map((depth) => `${depth}["${name}"]`.replace('.[', '['))),
  };
  const log = destination === undefined ? pino(options) : pino(options, destination);
  if (wanted !== undefined && wanted !== '' && wanted.toLowerCase() !== level) {
    log.warn({ expected: LEVELS, found: wanted, using: level }, 'LOG_LEVEL is not a level');
  }
  return log;
}

/** https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ */
function idsOfSpan(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span !== undefined && isSpanContextValid(span) ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly code?: unknown;
  readonly stack?: string | undefined;
  readonly cause?: ErrorFields;
  readonly errors?: readonly ErrorFields[];
}

const MOST_CAUSES = 5;

/** What an error says, and what its causes say. Its other properties may hold a request with its credentials: they are left out. */
function fieldsOf(thrown: unknown, withStack: boolean, depth = 0): ErrorFields {
  try {
    const error = asError(thrown) as Error & { code?: unknown; errors?: unknown };
    const deeper = (inner: unknown): ErrorFields => fieldsOf(inner, withStack, depth + 1);
    return {
      type: error.name,
      message: error.message,
      ...(error.code === undefined ? {} : { code: error.code }),
      ...(withStack ? { stack: error.stack } : {}),
      ...(isNativeError(error.cause) && depth < MOST_CAUSES ? { cause: deeper(error.cause) } : {}),
      ...(Array.isArray(error.errors) && depth < MOST_CAUSES
        ? { errors: error.errors.slice(0, MOST_CAUSES).map(deeper) }
        : {}),
    };
  } catch {
    return { type: 'Error', message: 'Expected an error that can be read, found one whose properties throw.' };
  }
}
