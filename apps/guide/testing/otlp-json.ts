// Builds requests in OTLP JSON, as the Collector sends them, for tests of what the guide receives.
import { RED_METRICS } from '../../../lab/names.ts';

type Value = string | number;

export const attributes = (values: Readonly<Record<string, Value>>): object[] =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));

/** Returns a time in milliseconds as OTLP writes it. */
export const nanoseconds = (time: number): string => `${String(Math.round(time * 1_000))}000`;

export interface From {
  readonly service?: string;
  readonly scope?: string;
  readonly resource?: Readonly<Record<string, Value>>;
}

export const metricsJson = (metrics: readonly object[], { service = 'dice', scope = 'dice', resource }: From = {}) =>
  JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: attributes({ 'service.name': service, ...resource }) },
        scopeMetrics: [{ scope: { name: scope }, metrics }],
      },
    ],
  });

export const logsJson = (logRecords: readonly object[], { service = 'dice', scope = 'pino', resource }: From = {}) =>
  JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: attributes({ 'service.name': service, ...resource }) },
        scopeLogs: [{ scope: { name: scope }, logRecords }],
      },
    ],
  });

const CUMULATIVE = 2;

export const counter = (name: string, dataPoints: readonly object[], aggregationTemporality = CUMULATIVE) => ({
  name,
  unit: '{roll}',
  sum: { dataPoints, aggregationTemporality, isMonotonic: true },
});

/** A series that the Collector's connector makes from spans. */
export interface RedSeries {
  readonly kind?: string;
  readonly name?: string;
  readonly status?: number | string;
  readonly isError?: boolean;
  readonly start: number;
  readonly time: number;
  /** The count in each bucket, as often as the series has been counted since its start. */
  readonly buckets: readonly number[];
  readonly exemplars?: readonly { readonly value: number; readonly traceId: string; readonly spanId: string }[];
}

/** Upper bounds of the buckets in milliseconds. */
export const BOUNDS = [10, 100, 500];

/** Returns an export of the connector. */
export const redJson = (service: string, series: readonly RedSeries[]): string =>
  metricsJson(
    [
      {
        name: RED_METRICS.duration,
        unit: 'ms',
        histogram: { aggregationTemporality: CUMULATIVE, dataPoints: series.map((one) => redPoint(service, one)) },
      },
    ],
    { service, scope: 'spanmetricsconnector' },
  );

const redPoint = (service: string, { kind = 'SERVER', name = 'GET /', status, isError, ...series }: RedSeries) => ({
  attributes: attributes({
    'service.name': service,
    'span.name': name,
    'span.kind': `SPAN_KIND_${kind}`,
    'status.code': `STATUS_CODE_${isError ? 'ERROR' : 'UNSET'}`,
    ...(status === undefined ? {} : { 'http.response.status_code': status }),
  }),
  startTimeUnixNano: nanoseconds(series.start),
  timeUnixNano: nanoseconds(series.time),
  count: String(series.buckets.reduce((sum, count) => sum + count, 0)),
  sum: 1,
  explicitBounds: BOUNDS,
  bucketCounts: series.buckets.map(String),
  exemplars: (series.exemplars ?? []).map(({ value, ...ids }) => ({
    timeUnixNano: nanoseconds(series.time),
    asDouble: value,
    ...ids,
  })),
});
