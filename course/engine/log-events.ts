// Reads log records as events of spans. OpenTelemetry deprecates the span event API in favour of log records that are
// written while the span is active, so a check takes both.
// https://opentelemetry.io/blog/2026/deprecating-span-events/
import { ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_TYPE } from '@opentelemetry/semantic-conventions';
import type { Files } from '../../apps/guide/contract.ts';
import type { LogRecord } from '../../apps/guide/explore-contract.ts';
import { gapIn } from '../../apps/guide/server/lab/delivery.ts';
import type { Gap } from '../../apps/guide/server/lab/pipeline-gaps.ts';
import type { Explained, Problem } from './findings.ts';
import type { Span, SpanEvent } from '../../otlp/traces.ts';

/** The name of events that tell of an exception. */
export const EXCEPTION = 'exception';

const longestName = 80; // characters; a body may be any text

const isException = ({ attributes }: LogRecord): boolean =>
  ATTR_EXCEPTION_MESSAGE in attributes || ATTR_EXCEPTION_TYPE in attributes;

/** Returns the name of the event that a record tells of: its event name, or its body. */
export const eventNameOf = (record: LogRecord): string =>
  isException(record) ? EXCEPTION : (record.eventName ?? record.body).slice(0, longestName);

/** A log record, read as an event of the span that was active when it was written. */
interface RecordEvent extends SpanEvent {
  readonly isRecord: true;
}

/** Whether an event is a log record in fact. */
export const isRecord = (event: SpanEvent): boolean => 'isRecord' in event;

const eventOf = (record: LogRecord): RecordEvent => ({
  isRecord: true,
  name: eventNameOf(record),
  time: record.time,
  attributes: record.attributes,
});

const belongs = (record: LogRecord, { traceId, spanId }: Span): boolean =>
  record.traceId === traceId && record.spanId === spanId;

/** Returns the span with the log records that were written while it was active, as events. */
export function withRecords(span: Span, records: readonly LogRecord[]): Span {
  const own = records.filter((record) => belongs(record, span));
  return own.length === 0 ? span : { ...span, events: [...span.events, ...own.map(eventOf)] };
}

/** Returns the names of events and of log records, each called what it is, or '' if there are none. */
export function eventsInWords(events: readonly SpanEvent[]): string {
  const [records, own] = [events.filter(isRecord), events.filter((event) => !isRecord(event))];
  return [namesIn('event', own), namesIn('log record', records)].filter(Boolean).join(', and ');
}

function namesIn(noun: string, events: readonly SpanEvent[]): string {
  if (events.length === 0) return '';
  return `the ${noun}${events.length > 1 ? 's' : ''} ${events.map(({ name }) => `“${name}”`).join(', ')}`;
}

interface Lab {
  files(): Promise<Files | undefined>;
  settings(): Promise<Readonly<Record<string, string | undefined>>>;
}

/** Returns what keeps log records of dice from the guide, and what to do about it, if the learner's files say so. */
export async function logsGap(lab: Lab): Promise<Explained | undefined> {
  const [files, settings] = await Promise.all([lab.files().catch(() => undefined), lab.settings()]);
  const gap = gapIn(settings, files?.['collector.yaml'] ?? '', 'logs');
  return gap && explainedBy(gap);
}

/** Returns what is wrong with the learner's files, as a problem explains it. */
export const explainedBy = ({ finding, says, todo }: Gap): Explained => ({ id: finding, hint: `${says}. ${todo}` });

/** What a check has received of log records. */
interface Received {
  readonly records?: readonly LogRecord[] | undefined;
  readonly logsGap?: Explained | undefined;
}

const WITHIN =
  'A log record belongs to the span that is active when it is emitted: emit it within the function that ' +
  'startActiveSpan calls. With startSpan alone, no span is active.';

/**
 * Returns what is wrong if the event that a span lacks is a log record outside of the span.
 * @param span the name of the span
 */
export function recordElsewhere(name: string, span: string, { records = [] }: Received): Omit<Problem, 'traceId'>[] {
  const record = records.find((one) => eventNameOf(one) === name);
  if (!record) return [];
  const where = record.spanId === undefined ? 'without a span' : `of another span than ${span}`;
  return [{ id: '07-span-methods/record-elsewhere', found: `a log record “${name}” ${where}`, hint: WITHIN }];
}

/** Returns a hint with what keeps log records from the guide behind it. The event may have been such a record. */
export const orRecord = (hint: string, { logsGap: gap }: Received): string =>
  gap === undefined ? hint : `${hint} If you emit it as a log record: ${gap.hint}`;
