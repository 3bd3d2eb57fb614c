// Writes metrics, log records and charts as lines of text that a person can read and grep can search.
import type { Attributes } from '../../../otlp/attributes.ts';
import { failureIn } from '../../../otlp/failures.ts';
import type { Charts, Instrument, InstrumentSeries, LogRecord, ServiceCharts } from '../explore-contract.ts';
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

function seriesLine({ attributes, values, sums, bounds, buckets, quantiles = [] }: InstrumentSeries): string {
  const value = sums === undefined ? `value=${lastOf(values)}` : `count=${lastOf(values)} sum=${lastOf(sums)}`;
  const parts = quantiles.map(({ quantile, value: most }) => `p${Number((quantile * 100).toPrecision(6))}=${most}`);
  return [value, ...pairs(attributes), ...bucketsOf(bounds, buckets), ...parts].join(' ');
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

function serviceLines({ service, requests, errors, latency, measuredTo, exemplars, ended }: ServiceCharts): string[] {
  const failed = errors
    .map(({ status, values }) => `${status}: ${meanOf(values)}/s`)
    .filter((one) => !/ 0\//.test(one));
  const times = [latency.p50, latency.p95, latency.p99].map((values) => timeOf(values, measuredTo)).join(' / ');
  return [
    `${service}: ${endInWords(ended)}${meanOf(requests)} requests/s; ` +
      `errors ${failed.join(', ') || 'none'}; p50 / p95 / p99 ${times}`,
    ...exemplars.toSorted(bySlowness).slice(0, 5).map(exemplarLine),
  ];
}

/** Writes the newest of some percentiles. One of `measuredTo` may be any longer one. */
function timeOf(values: Values, measuredTo = Infinity): string {
  const newest = values.findLast((value) => value !== null) ?? 0;
  return `${newest >= measuredTo ? 'at least ' : ''}${lastOf(values.map(rounded))} ms`;
}

/** Says when the last request was reported, if that is a while ago. */
const endInWords = (ended: number | undefined): string =>
  ended === undefined ? '' : `none since ${clock(ended)}, before: `;

const bySlowness = (a: { value: number }, b: { value: number }): number => b.value - a.value;

function exemplarLine({ time, value, traceId, attributes, isError }: ServiceCharts['exemplars'][number]): string {
  const status = failureIn(attributes['http.response.status_code'], isError);
  const failure = status === undefined ? '' : `, ${status === 'error' ? 'error' : `error ${status}`}`;
  return `      ${clock(time)} ${value.toFixed(1)} ms${failure}, trace=${traceId}`;
}

const rounded = (value: number | null): number | null => value && Number(value.toFixed(1));

function meanOf(values: Values): string {
  const known = values.filter((value) => value !== null);
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1);
  return String(Number(mean.toFixed(2)));
}
