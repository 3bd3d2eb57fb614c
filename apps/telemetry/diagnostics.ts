// Prints the SDK's own errors and warnings, such as an unreachable backend, as lines that a learner can read.
import { DiagLogLevel } from '@opentelemetry/api';
import type { DiagLogger } from '@opentelemetry/api';

const interval = 60_000; // ms between two lines with the same text

/**
 * Patterns of harmless warnings, which are not printed. They say that the user chose the exporter `none`, or that the
 * image has no machine ID.
 */
const harmless = [/contains "none"\. SDK will not be initialized/, /resource attribute value for key "host\.id"/];

/** Gets an error or a warning of the SDK, the stack of the call, and what else the SDK says. */
export type RecordDiagnostic = (message: string, stack: string, more: readonly unknown[]) => void;

/**
 * Returns a DiagLogger that passes errors and warnings to `write`, but each text at most once per minute.
 * @param record gets every error and warning, with the stack of the call
 */
export function diagnosticsLogger(
  write: (line: string) => void,
  now: () => number = Date.now,
  record: RecordDiagnostic = () => undefined,
): DiagLogger {
  const lastWritten = new Map<string, number>();
  const report =
    (severity: string) =>
    (message: string, ...more: unknown[]) => {
      if (harmless.some((text) => text.test(message))) return;
      record(readable(message), new Error().stack ?? '', more);
      const text = `OpenTelemetry ${severity}: ${[readable(message), ...more.map(String)].join(' ')}`;
      const last = lastWritten.get(text);
      if (last !== undefined && now() - last < interval) return;
      if (lastWritten.size > 100) lastWritten.clear();
      lastWritten.set(text, now());
      write(text);
    };
  const ignore = () => undefined;
  return { error: report('error'), warn: report('warning'), info: ignore, debug: ignore, verbose: ignore };
}

/**
 * Returns a DiagLogger that prints what OTEL_LOG_LEVEL asks for, and records errors and warnings whatever it asks for.
 * @param print the SDK's own logger
 */
export function recordingLogger(print: DiagLogger, level: DiagLogLevel, record: RecordDiagnostic): DiagLogger {
  const printed =
    (from: DiagLogLevel, write: keyof DiagLogger) =>
    (message: string, ...more: unknown[]) => {
      if (level >= from) print[write](message, ...more);
    };
  const recorded =
    (next: DiagLogger['error']): DiagLogger['error'] =>
    (message, ...more) => {
      record(readable(message), new Error().stack ?? '', more);
      next(message, ...more);
    };
  return {
    error: recorded(printed(DiagLogLevel.ERROR, 'error')),
    warn: recorded(printed(DiagLogLevel.WARN, 'warn')),
    info: printed(DiagLogLevel.INFO, 'info'),
    debug: printed(DiagLogLevel.DEBUG, 'debug'),
    verbose: printed(DiagLogLevel.VERBOSE, 'verbose'),
  };
}

/**
 * Returns the message of an exception, which the SDK reports as JSON with a stack trace. Returns any other text
 * unchanged.
 */
function readable(message: string): string {
  try {
    return errorText(JSON.parse(message) as ErrorFields) || message;
  } catch {
    return message;
  }
}

export interface ErrorFields {
  readonly message?: string | undefined;
  readonly code?: string | number | undefined;
  /** The body of the answer with which a backend has refused telemetry. */
  readonly data?: string | undefined;
}

/** Returns the message of an exporter's error, with the HTTP status and the words of a backend that refused it. */
export function errorText({ message, code = '', data = '' }: ErrorFields): string {
  const status = /^\d{3}$/.test(String(code)) ? ` (HTTP status ${code})` : '';
  const words = status === '' ? '' : wordsIn(data);
  return message ? `${message}${status}${words === '' ? '' : `: ${words}`}` : String(code);
}

/**
 * Returns the words in an answer. OTLP has them in the field `message` of a Status, as Protobuf or as JSON.
 * https://opentelemetry.io/docs/specs/otlp/#failures-1
 */
function wordsIn(data: string): string {
  const isProtobuf = data.charCodeAt(0) === 0x08 && data.charCodeAt(2) === 0x12;
  const whole = isProtobuf ? data.slice(4, 4 + data.charCodeAt(3)) : (/"message":\s*"([^"]*)"/.exec(data)?.[1] ?? data);
  return whole
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 120);
}
