// Reads log records of OTLP JSON (ExportLogsServiceRequest). Anybody can send them, so a field of another type counts
// as missing.
// https://opentelemetry.io/docs/specs/otel/logs/data-model/
import { attributesOf, serviceOf, valueOf } from './attributes.ts';
import type { Attributes, AttributeValue } from './attributes.ts';
import { idIn, numberIn, objectIn, objectsIn, textIn, timeIn } from './json.ts';
import type { JsonObject } from './json.ts';

export type SeverityName = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'unspecified';

/** Where log records come from. All records of a pod and a logger share it. */
export interface LogOrigin {
  /** The resource's `service.name`. */
  readonly service: string;
  readonly resource: Attributes;
  /** Name of the instrumentation scope: the library or the logger that made the record. */
  readonly scope: string;
}

export interface OtlpLogRecord {
  /** Milliseconds since the epoch. Undefined if the record has no time of its own. */
  readonly time: number | undefined;
  readonly severity: SeverityName;
  readonly severityText: string;
  readonly body: AttributeValue;
  readonly eventName: string;
  readonly attributes: Attributes;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

export interface LogRecords {
  readonly origin: LogOrigin;
  readonly records: readonly OtlpLogRecord[];
}

/** Severity names, each for four severity numbers, from 1: 1 to 4 are `trace`. */
export const SEVERITIES: readonly SeverityName[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

export const severityOf = (number: number | undefined): SeverityName =>
  SEVERITIES[Math.ceil((number ?? 0) / 4) - 1] ?? 'unspecified';

/** Returns the log records in OTLP JSON, by origin. */
export function logsFromOtlp(document: unknown): LogRecords[] {
  return objectsIn(objectIn(document)['resourceLogs']).flatMap(({ resource, scopeLogs }) => {
    const attributes = attributesOf(objectIn(resource)['attributes']);
    return objectsIn(scopeLogs).map(({ scope, logRecords }) => ({
      origin: { service: serviceOf(attributes), resource: attributes, scope: textIn(objectIn(scope)['name']) },
      records: objectsIn(logRecords).map(recordOf),
    }));
  });
}

const recordOf = (record: JsonObject): OtlpLogRecord => ({
  time: timeIn(record['timeUnixNano']) ?? timeIn(record['observedTimeUnixNano']),
  severity: severityOf(severityNumberIn(record['severityNumber'])),
  severityText: textIn(record['severityText']),
  body: valueOf(record['body']),
  eventName: textIn(record['eventName']),
  attributes: attributesOf(record['attributes']),
  traceId: idIn(record['traceId'], 32),
  spanId: idIn(record['spanId'], 16),
});

/** Returns the number of a severity. OTLP JSON may also have the enum's name, such as SEVERITY_NUMBER_WARN2. */
function severityNumberIn(value: unknown): number | undefined {
  const [, name, step = '1'] = /^SEVERITY_NUMBER_([A-Z]+)([2-4]?)$/.exec(textIn(value)) ?? [];
  const index = SEVERITIES.findIndex((one) => one.toUpperCase() === name);
  return index < 0 ? numberIn(value) : index * 4 + Number(step || 1);
}
