// The apps' log: JSON lines on stdout with the IDs of the current trace and span. The same records are sent by OTLP. At
// instrumentation level `auto`, a library adds the IDs and sends the records. At level `manual`, this file does both.
import { logs, SeverityNumber, trace } from '@opentelemetry/api';
import { pino } from 'pino';
import type { Logger, LoggerOptions } from 'pino';
import { messageOf } from '../../support/errors.ts';

const severities: Record<string, SeverityNumber> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

export function createLogger(): Logger {
  const byHand = process.env.INSTRUMENTATION === 'manual';
  return pino({
    base: { component: process.env.OTEL_SERVICE_NAME },
    timestamp: pino.stdTimeFunctions.isoTime,
    ...(byHand ? { mixin: traceIds, hooks: { logMethod } } : {}),
  });
}

function traceIds(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/**
 * Writes each log record, and also sends it to OpenTelemetry's Logs SDK. The SDK adds the IDs of the active trace and
 * span.
 */
const logMethod: NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']> = function (args, method, level) {
  const label = this.levels.labels[level] ?? 'info';
  const [first, second] = args as unknown as [unknown, string | undefined];
  const fields = typeof first === 'object' && first !== null ? first : {};
  logs
    .getLogger('intro-otel')
    .emit({
      body: typeof first === 'string' ? first : (second ?? ''),
      severityText: label,
      severityNumber: severities[label] ?? SeverityNumber.INFO,
      attributes: Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, messageOf(value)])),
    });
  method.apply(this, args);
};
