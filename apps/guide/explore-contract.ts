// The types of the answers that the page "Explore" reads: charts, instruments, log records and pages of traces. The
// server, the page and the tests import them. All times are milliseconds since the epoch.
import type { Attributes } from '../../otlp/attributes.ts';
import type { Counted, Failure } from '../../otlp/failures.ts';
import type { Quantile, Range } from '../../otlp/metrics.ts';
import type { SpanOfPage, TelemetrySignal } from './contract.ts';

/** Where the guide reads metrics from. Logs are always in the guide's own memory. */
export type MetricSource = 'memory' | 'prometheus';

/** Telemetry that was lost on its way to the page, or that the guide did not keep, and why. */
export interface Dropped {
  readonly signal: TelemetrySignal;
  /** Where it was lost. `sdk` and `exporter` are in dice. */
  readonly hop: 'sdk' | 'exporter' | 'collector' | 'guide';
  /**
   * `series`: no room for another series. `size`: a request or batch is larger than the hop accepts. `cut`: the
   * guide kept only a part. `age`: newer records took its place. `busy`: the guide was still reading other requests.
   * `format`: the guide can't read it. `full`: the hop's queue had no room. `refused`: the next hop did not take it.
   */
  readonly reason: 'series' | 'size' | 'cut' | 'age' | 'number' | 'busy' | 'format' | 'full' | 'refused';
  /** How many spans, data points or log records. With `size`, `busy` and `format` at the guide: how many requests. */
  readonly count: number;
  /** How many spans, data points or log records were in the requests, if the Collector knows. */
  readonly items?: number;
  /** Where the Collector was to send it, such as `the guide`. */
  readonly to?: string;
  /** One example of what was dropped, such as `dice.rolls{user.id=17}`, or an error, cut to 200 characters. */
  readonly example?: string;
  /** When it happened last. Undefined if nobody knows. */
  readonly last?: number;
}

/** What the guide has received of a signal, and how full its memory for it is. */
export interface SignalState {
  readonly signal: 'metrics' | 'logs';
  readonly source: MetricSource;
  /** When the newest telemetry arrived. Undefined if nothing has arrived since the guide started. */
  readonly latest?: number;
  /** Bytes in use, and the most that the guide keeps. Undefined if Prometheus keeps the metrics. */
  readonly bytes?: number;
  readonly limit?: number;
  /** Since when the guide keeps what arrives. */
  readonly since: number;
  /** Why the guide has nothing and will not get anything, if it knows: a sentence. */
  readonly unavailable?: string;
  /** Why the metrics are from the guide's memory although the lab has Prometheus: a sentence. */
  readonly fallback?: string;
  readonly dropped: readonly Dropped[];
}

/** A measurement that points to the trace in which it was made. */
export interface Exemplar {
  /** When it was made. In the charts of requests: when the Collector reported it, some seconds after its span ended. */
  readonly time: number;
  /** In the unit of its metric. Milliseconds in the charts. */
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

/** A value for each of `times`. Null where nothing was measured. */
export type Values = readonly (number | null)[];

/** Requests, errors and latency of one service, from the metrics that the Collector makes from spans. */
export interface ServiceCharts {
  readonly service: string;
  /**
   * Which spans count. `server`: spans of kind server or consumer. `internal`: all spans of kind internal, because the
   * service had no server spans in the 40 seconds before its newest spans.
   */
  readonly counted: Counted;
  /** When the last of these spans was reported. Undefined if some were reported in the newest 30 seconds. */
  readonly ended?: number;
  /** Requests a second. */
  readonly requests: Values;
  /**
   * Failed requests a second, a row for each HTTP status from 400: see `failureIn`. The status is `error` for spans
   * with status ERROR and no HTTP status from 400.
   */
  readonly errors: readonly { readonly status: string; readonly values: Values }[];
  /** Percentiles in milliseconds. Each is estimated within a bucket of the histogram, as Prometheus does. */
  readonly latency: { readonly p50: Values; readonly p95: Values; readonly p99: Values };
  /** Largest bound of that histogram, in milliseconds. A percentile with this value may be any longer one. */
  readonly measuredTo?: number;
  /** Newest last. */
  readonly exemplars: readonly (Exemplar & { readonly isError: boolean })[];
}

/** The answer of `GET /api/charts?minutes=15`. */
export interface Charts {
  /** Ends of the intervals that the values are about, evenly spaced by `step` milliseconds. */
  readonly times: readonly number[];
  readonly step: number;
  /** Each value is about the spans that were reported in so many milliseconds before its time. */
  readonly window: number;
  /** Sorted by name. */
  readonly services: readonly ServiceCharts[];
  /** How many services the guide had no room for in that time, at most MOST_LEFT_OUT. Undefined if there are none. */
  readonly leftOut?: number;
  readonly state: SignalState;
}

/** The most services without room that the guide counts. Anybody may make up names. */
export const MOST_LEFT_OUT = 200;

export type InstrumentKind = 'counter' | 'up-down counter' | 'gauge' | 'histogram' | 'summary';

/** The measurements of an instrument for one set of attributes. */
export interface InstrumentSeries {
  readonly attributes: Attributes;
  /**
   * Cumulative value of a counter, last value of a gauge, number of recorded values of a histogram or a summary. Null
   * after the newest report.
   */
  readonly values: Values;
  /** Sum of the recorded values of a histogram or a summary. */
  readonly sums?: Values;
  /** Upper bounds of a histogram's buckets, and the count in each at the newest time. The last bucket has no bound. */
  readonly bounds?: readonly number[];
  readonly buckets?: readonly number[];
  /** What a summary says of its values. Those of several processes can't be added up, so these are the newest. */
  readonly quantiles?: readonly Quantile[];
  /** The smallest and the largest value in the buckets, if the SDK sends them and the guide keeps them. */
  readonly range?: Range;
  /** When the series was last reported, to 10 seconds. Undefined if it was reported in the newest minute. */
  readonly ended?: number;
  readonly exemplars: readonly Exemplar[];
}

export interface Instrument {
  readonly service: string;
  /** Name of the meter. */
  readonly scope: string;
  readonly name: string;
  readonly kind: InstrumentKind;
  readonly unit: string;
  readonly description: string;
  readonly series: readonly InstrumentSeries[];
}

/** The answer of `GET /api/metrics?service=dice&minutes=15`: every instrument that the service's own SDK reports. */
export interface Instruments {
  readonly times: readonly number[];
  readonly step: number;
  /** Sorted by scope and name. */
  readonly instruments: readonly Instrument[];
  /** Names of all services that have reported an instrument, sorted. */
  readonly services: readonly string[];
  readonly state: SignalState;
}

// `GET /api/metrics/otlp?service=dice&name=dice.rolls` answers with the newest export of an instrument, as OTLP JSON
// ({"resourceMetrics": […]}); 404 if there is none.

export type Severity = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'unspecified';

export interface LogRecord {
  /** Counts all records since the guide started. A newer record has a larger number. */
  readonly id: number;
  readonly time: number;
  readonly service: string;
  readonly scope: string;
  readonly severity: Severity;
  /** The severity as the app wrote it, such as `WARN`. */
  readonly severityText: string;
  /** The body as text. A body that is a map or an array is JSON. */
  readonly body: string;
  /** Name of the event, if the record is an event. */
  readonly eventName?: string;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly traceId?: string;
  readonly spanId?: string;
}

/**
 * The answer of `GET /api/logs`. All parameters are optional: `after` (an id; only newer records), `service`,
 * `severity` (this one and worse), `text` (in body, attribute values and event name, ignoring case), `traceId`, `limit`
 * (1 to 500; the newest).
 */
export interface Logs {
  /** Oldest first. */
  readonly records: readonly LogRecord[];
  /** Id of the newest record that the guide has, whether it matches or not. Pass it as `after` in the next request. */
  readonly last: number;
  /** Names of all services that the guide has log records of. */
  readonly services: readonly string[];
  readonly state: SignalState;
}

/** A trace as the page compares it. Spans are in the order of the tree, without their JSON details. */
export interface TraceSummary {
  readonly traceId: string;
  readonly start: number;
  readonly duration: number;
  /** Service and name of the first root span. */
  readonly service: string;
  readonly operation: string;
  readonly services: readonly string[];
  readonly spans: number;
  /** Number of spans that failed: see `failureIn`. */
  readonly errors: number;
  /** Number of spans whose end is before their start. Only if there are any. */
  readonly reversed?: number;
  /** The failures that the charts count. */
  readonly failures: readonly Failure[];
  /** Names of the spans of each service, without repetition: at most 50 of a trace, cut to 100 characters. */
  readonly operations: Readonly<Record<string, readonly string[]>>;
  /**
   * Every value that an attribute has in the trace, by key: of spans `NAME`, of resources `resource.NAME`, both after
   * the service, as in `prizes:service.version`. Values are texts, cut to 100 characters. Ids and times that differ in
   * each trace are left out: see otlp/trace-attributes.ts.
   */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/**
 * The answer of `GET /api/explore/traces?until=&limit=&oldest=`: the newest traces that started before `until`, newest
 * first. There are at most `limit` (1 to 200), and those that started at the same time as the last of them.
 */
export interface TracePage {
  readonly traces: readonly TraceSummary[];
  /**
   * Pass it as `until` for the next page. Undefined if Jaeger has no older traces. A page may have fewer traces than
   * asked for, even none, and still have a next one.
   */
  readonly next?: number;
  /** About when the oldest trace started that Jaeger has. Only with `oldest=true`, and if there is a next page. */
  readonly oldest?: number;
  /**
   * Traces that start in the future, because a clock is wrong or a program wrote such a time. Only in a page that was
   * asked for without `until`, and if there are any. They are not among `traces`.
   */
  readonly ahead?: readonly TraceSummary[];
  /** How many times the guide passed over traces that are too many or too large to read at once. */
  readonly skipped: number;
  /** Bytes that the guide read from Jaeger for this page. */
  readonly bytes: number;
  /** How many traces Jaeger keeps at most. Undefined if the guide doesn't know. */
  readonly keeps?: number;
}

/** The answer of `GET /api/explore/traces/:id`: a trace, and all log records that belong to it, oldest first. */
export interface TraceWithLogs {
  readonly traceId: string;
  readonly start: number;
  readonly duration: number;
  readonly services: readonly string[];
  readonly roots: readonly SpanOfPage[];
  readonly logs: readonly LogRecord[];
}
