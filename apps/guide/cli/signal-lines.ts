// Writes metrics, log records and charts as lines of text that a person can read and grep can search.
import type { Attributes } from '../../../otlp/attributes.ts';
import type { Charts, Exemplar, Instrument, InstrumentSeries, LogRecord, ServiceCharts } from '../explore-contract.ts';
import type { Values } from '../explore-contract.ts';

const clock = (time: number): string => new Date(time).toISOString().slice(11, 23);

const pairs = (attributes: Attributes): string[] =>
  Object.entries(attributes).map(([key, value]) => `${key}=${JSON.stringify(value)}`);

const quoted = (text: string): string => JSON.stringify(text);

/** Writes an instrument with a line for each attribute set. */
export function instrumentLines({ name, kind, unit, scope, series }: Instrument): string[] {
  const head = [`${name} (${kind}${unit === '' ? '' : `, in ${unit}`})`, `meter ${scope}`].join(', ');
  return [head, ...series.map((one) => `      ${seriesLine(one)}`)];
}

function seriesLine({ attributes, values, sums, bounds, buckets }: InstrumentSeries): string {
  const value = sums === undefined ? `value=${lastOf(values)}` : `count=${lastOf(values)} sum=${lastOf(sums)}`;
  return [value, ...pairs(attributes), ...bucketsOf(bounds, buckets)].join(' ');
}

/** Writes the buckets that have values, such as `le6=12`. */
const bucketsOf = (bounds: readonly number[] = [], buckets: readonly number[] = []): string[] =>
  buckets.flatMap((count, index) => (count === 0 ? [] : [`le${bounds[index] ?? '∞'}=${count}`]));

const lastOf = (values: Values): string => String(values.findLast((value) => value !== null) ?? 'none');

/** Writes a log record on one line. */
export function recordLine(record: LogRecord): string {
  const { time, service, severity, severityText, body, eventName, attributes, traceId, spanId } = record;
  return [
    clock(time),
    (severityText || severity)
      .toUpperCase()
      .replace(/[^\w-]/g, '')
      .padEnd(5),
    service,
    ...(eventName === undefined ? [] : [`event=${quoted(eventName)}`]),
    ...(body === '' ? [] : [quoted(body)]),
    ...pairs(attributes),
    traceId === undefined ? 'no trace' : `trace=${traceId} span=${spanId}`,
  ].join(' ');
}

/** Writes the mean of each service's charts, and its exemplars. */
export const chartLines = ({ services }: Charts): string[] => services.flatMap(serviceLines);

function serviceLines({ service, requests, errors, latency: { p50, p95, p99 }, exemplars }: ServiceCharts): string[] {
  const failed = errors
    .map(({ status, values }) => `${status}: ${meanOf(values)}/s`)
    .filter((one) => !/ 0\//.test(one));
  const times = [p50, p95, p99].map((values) => `${lastOf(values.map(rounded))} ms`).join(' / ');
  return [
    `${service}: ${meanOf(requests)} requests/s; errors ${failed.join(', ') || 'none'}; p50 / p95 / p99 ${times}`,
    ...exemplars.toSorted(bySlowness).slice(0, 5).map(exemplarLine),
  ];
}

const bySlowness = (a: { value: number }, b: { value: number }): number => b.value - a.value;

const exemplarLine = ({ time, value, traceId, isError }: Exemplar & { readonly isError: boolean }): string =>
  `      ${clock(time)} ${value.toFixed(1)} ms${isError ? ', error' : ''}, trace=${traceId}`;

const rounded = (value: number | null): number | null => value && Number(value.toFixed(1));

function meanOf(values: Values): string {
  const known = values.filter((value) => value !== null);
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1);
  return String(Number(mean.toFixed(2)));
}
