// The log records that the guide has received, in a ring for each service of the lab, so that a service that logs a lot
// takes no other's place.
import type { AttributeValue } from '../../../../otlp/attributes.ts';
import { logsFromOtlp, SEVERITIES } from '../../../../otlp/logs.ts';
import type { LogRecords, OtlpLogRecord } from '../../../../otlp/logs.ts';
import type { LogRecord, Logs, Severity, SignalState } from '../../explore-contract.ts';
import { Shares, sum } from './budget.ts';
import { LogRing } from './log-ring.ts';
import type { Content, SharedOrigin } from './log-ring.ts';
import { Losses } from './losses.ts';

const KIB = 1024;
const SHARES = { each: 448 * KIB, others: 448 * KIB };

/** The largest record in bytes, as JSON. A larger one loses its attributes. */
const LARGEST = 32 * KIB;
const MOST_RECORDS = 500;

export interface LogQuery {
  readonly after?: number | undefined;
  readonly service?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly text?: string | undefined;
  readonly traceId?: string | undefined;
  /** The most records, the newest. Default and maximum: 500. */
  readonly limit?: number | undefined;
}

export class LogStore {
  readonly losses: Losses;
  readonly #rings = new Shares(SHARES, (bytes) => new LogRing(bytes));
  readonly #now: () => number;
  readonly #since: number;
  readonly #unavailable: string | undefined;
  #last = 0;
  #latest: number | undefined;

  /** @param unavailable why no records will arrive, if it is so */
  constructor(now: () => number, unavailable?: string) {
    this.#now = now;
    this.losses = new Losses('logs', now);
    this.#unavailable = unavailable;
    this.#since = now();
  }

  /** Keeps the log records of an ExportLogsServiceRequest. */
  add(document: unknown): void {
    for (const logs of logsFromOtlp(document)) this.#addAll(logs);
  }

  query({ severity, limit = MOST_RECORDS, ...filter }: LogQuery = {}): Logs {
    const rings = this.#rings.all();
    const severities = severity && fromSeverity(severity);
    const found = rings.flatMap((ring) => ring.find({ ...filter, severities, limit }));
    const newest = found.sort((a, b) => a.id - b.id).slice(-limit);
    return {
      records: filter.traceId === undefined ? newest : newest.sort((a, b) => a.time - b.time),
      last: this.#last,
      services: [...new Set(rings.flatMap(({ services }) => services))].sort(),
      state: this.state(),
    };
  }

  state(): SignalState {
    return {
      signal: 'logs',
      source: 'memory',
      ...(this.#latest === undefined ? {} : { latest: this.#latest }),
      bytes: sum(this.#rings.all().map(({ bytes }) => bytes)),
      limit: SHARES.each * (this.#rings.all().length - 1) + SHARES.others,
      since: this.#since,
      ...(this.#unavailable === undefined ? {} : { unavailable: this.#unavailable }),
      dropped: this.losses.list(),
    };
  }

  #addAll({ origin, records }: LogRecords): void {
    const ring = this.#rings.of(origin.service);
    const shared = ring.origin(origin);
    for (const record of records) this.#add(ring, shared, record);
  }

  #add(ring: LogRing, origin: SharedOrigin, record: OtlpLogRecord): void {
    this.#last += 1;
    this.#latest = this.#now();
    const content = this.#encode(contentOf(record, this.#latest), origin);
    const left = ring.add({ id: this.#last, severity: record.severity, origin }, content);
    if (left === undefined) this.losses.add('size', `a record of ${origin.service} with ${content.length} bytes`);
    else if (left > 0) this.losses.add('age', `records of ${origin.service}`, left);
  }

  #encode(content: Content, { service }: SharedOrigin): Buffer {
    const whole = Buffer.from(JSON.stringify(content));
    if (whole.length <= LARGEST) return whole;
    this.losses.add('cut', `attributes of a record of ${service} with ${whole.length} bytes: ${content.body}`);
    return Buffer.from(JSON.stringify({ ...content, attributes: {} }));
  }
}

const contentOf = (record: OtlpLogRecord, now: number): Content => ({
  time: record.time ?? now,
  severityText: record.severityText,
  body: textOf(record.body),
  ...(record.eventName === '' ? {} : { eventName: record.eventName }),
  attributes: record.attributes,
  ...(record.traceId === undefined ? {} : { traceId: record.traceId }),
  ...(record.spanId === undefined ? {} : { spanId: record.spanId }),
});

function textOf(body: AttributeValue): string {
  if (typeof body === 'string') return body;
  return body === null ? '' : JSON.stringify(body);
}

/** Returns a severity and those that are worse. */
const fromSeverity = (severity: Severity): ReadonlySet<LogRecord['severity']> =>
  new Set(severity === 'unspecified' ? [...SEVERITIES, severity] : SEVERITIES.slice(SEVERITIES.indexOf(severity)));
