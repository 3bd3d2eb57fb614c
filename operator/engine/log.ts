// A logger that writes one JSON object per line. Each line has a constant message, fields with the details, and the ids
// of the active span. Secrets are hidden.
import { AsyncLocalStorage } from 'node:async_hooks';
import { isNativeError } from 'node:util/types';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import { asError } from '../../support/errors.ts';

/**
 * Writes one log line. Put details into the fields and keep the message constant, so that you can search for the
 * message.
 */
type Write = (fields: object, message: string) => void;

export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Names of fields that may contain a credential, as Kubernetes and HTTP spell them. Their values are not logged. */
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

const contextFields = new AsyncLocalStorage<object>();

/** Runs `work`, and adds these fields to every line that is logged during `work`. */
export function withFields<T>(fields: object, work: () => T): T {
  return contextFields.run({ ...contextFields.getStore(), ...fields }, work);
}

/**
 * Creates a logger.
 * @param requested the lowest level to write, in upper or lower case. Default: the variable LOG_LEVEL, or `info`
 */
export function createLogger(
  requested: string | undefined = process.env['LOG_LEVEL'],
  destination?: DestinationStream,
): Logger {
  const level = LEVELS.find((one) => one === requested?.toLowerCase()) ?? 'info';
  const withStack = level === 'debug' || level === 'trace';
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => ({ ...contextFields.getStore(), ...spanIds() }),
    serializers: { err: (thrown: unknown) => fieldsOf(thrown, withStack) },
    redact: SECRETS.flatMap((name) => DEPTHS.map((depth) => `${depth}["${name}"]`.replace('.[', '['))),
  };
  const log = destination === undefined ? pino(options) : pino(options, destination);
  if (requested !== undefined && requested !== '' && requested.toLowerCase() !== level) {
    log.warn({ expected: LEVELS, found: requested, using: level }, 'LOG_LEVEL is not a known level, using another');
  }
  return log;
}

/**
 * Returns the ids of the active span as log fields.
 * https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
function spanIds(): object {
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

/** How many nested causes of an error to log, and how many errors of an AggregateError. */
const MAX_CAUSES = 5;

/**
 * Returns the log fields of an error and its causes. Leaves out other properties of the error, because they may contain
 * a request with credentials.
 */
function fieldsOf(thrown: unknown, withStack: boolean, depth = 0): ErrorFields {
  try {
    const error = asError(thrown) as Error & { code?: unknown; errors?: unknown };
    const deeper = (inner: unknown): ErrorFields => fieldsOf(inner, withStack, depth + 1);
    return {
      type: error.name,
      message: error.message,
      ...(error.code === undefined ? {} : { code: error.code }),
      ...(withStack ? { stack: error.stack } : {}),
      ...(isNativeError(error.cause) && depth < MAX_CAUSES ? { cause: deeper(error.cause) } : {}),
      ...(Array.isArray(error.errors) && depth < MAX_CAUSES
        ? { errors: error.errors.slice(0, MAX_CAUSES).map(deeper) }
        : {}),
    };
  } catch {
    return {
      type: 'Error',
      message: 'Expected an error with readable properties, found one whose properties throw when they are read.',
    };
  }
}
