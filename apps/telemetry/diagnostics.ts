// Prints the SDK's own errors and warnings, such as an unreachable backend, as lines that a learner can read.
import type { DiagLogger } from '@opentelemetry/api';

const interval = 60_000; // ms between two lines with the same text

/**
 * Patterns of harmless warnings, which are not printed. They say that the user chose the exporter `none`, or that the
 * image has no machine ID.
 */
const harmless = [/contains "none"\. SDK will not be initialized/, /resource attribute value for key "host\.id"/];

/**
 * Returns a DiagLogger that passes errors and warnings to `write`, but each text at most once per minute.
 * @param record gets every error and warning, with the severity and the stack of the call
 */
export function diagnosticsLogger(
  write: (line: string) => void,
  now: () => number = Date.now,
  record: (severity: string, message: string, stack: string) => void = () => undefined,
): DiagLogger {
  const lastWritten = new Map<string, number>();
  const report =
    (severity: string) =>
    (message: string, ...more: unknown[]) => {
      if (harmless.some((text) => text.test(message))) return;
      record(severity, readable(message), new Error().stack ?? '');
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
 * Returns the message of an exception, which the SDK reports as JSON with a stack trace. Returns any other text
 * unchanged.
 */
function readable(message: string): string {
  try {
    const { message: inner, code } = JSON.parse(message) as { message?: string; code?: string };
    const status = /^\d{3}$/.test(String(code)) ? ` (HTTP status ${code})` : '';
    return inner ? inner + status : code || message;
  } catch {
    return message;
  }
}
