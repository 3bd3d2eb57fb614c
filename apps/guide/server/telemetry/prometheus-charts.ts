// Requests, errors and latency of each service, from the metrics in Prometheus that the Collector makes from spans.
import type { Attributes } from '../../../../otlp/attributes.ts';
import type { Counted } from '../../../../otlp/failures.ts';
import type { ServiceCharts, Values } from '../../explore-contract.ts';
import { sum } from './budget.ts';
import { Exemplars } from './exemplars.ts';
import type { RequestExemplar } from './exemplars.ts';
import { percentile } from './percentile.ts';
import type { Labels, Prometheus, PrometheusExemplar, PrometheusSeries, TimeRange } from './prometheus.ts';
import { countedOf, endOf, haveRequests } from './recency.ts';
import { countedIn, errorIn } from './red-point.ts';
import { measuredTo, STEP, WINDOW } from './red-service.ts';

const SECONDS = (WINDOW * STEP) / 1_000;
const KINDS = 'span_kind=~"SPAN_KIND_(SERVER|CONSUMER|INTERNAL)"';

/**
 * Returns an expression for how much each series grew in the window. It is exact, where increase() extrapolates: the
 * newest value minus the newest one before the window. A series that is new began at 0, and so did one that is now
 * smaller.
 */
function grew(metric: string): string {
  const now = `last_over_time(${metric}{${KINDS}}[${SECONDS}s])`;
  const before = `last_over_time(${metric}{${KINDS}}[${SECONDS}s] offset ${SECONDS}s)`;
  return `((${now} - (${before} or ${now} * 0)) >= 0 or ${now})`;
}

const OUTCOME = 'service_name, span_kind, status_code, http_response_status_code';
const CALLS = `sum by (${OUTCOME}) (${grew('red_duration_count')})`;
const BUCKETS = `sum by (service_name, span_kind, le) (${grew('red_duration_bucket')})`;

/** A series with the attributes that the connector gave it. Prometheus has underscores in their names. */
interface Series {
  readonly service: string;
  readonly counted: Counted | undefined;
  readonly error: string | undefined;
  /** Upper bound of a bucket. */
  readonly bound: number;
  readonly values: PrometheusSeries['values'];
}

const attributesIn = (labels: Labels): Attributes => ({
  'span.kind': labels['span_kind'] ?? '',
  'status.code': labels['status_code'] ?? '',
  ...(labels['http_response_status_code'] && { 'http.response.status_code': labels['http_response_status_code'] }),
  ...(labels['span_name'] && { 'span.name': labels['span_name'] }),
});

const seriesOf = ({ labels, values }: PrometheusSeries): Series => ({
  service: labels['service_name'] ?? '',
  counted: countedIn(attributesIn(labels)),
  error: errorIn(attributesIn(labels)),
  bound: labels['le'] === '+Inf' ? Infinity : Number(labels['le']),
  values,
});

/** Returns the charts at these times, for each service. */
export async function chartsFrom(prometheus: Prometheus, range: TimeRange): Promise<ServiceCharts[]> {
  const [calls, buckets, exemplars] = await Promise.all([
    prometheus.range(CALLS, range),
    prometheus.range(BUCKETS, range),
    prometheus.exemplars(`red_duration_bucket{${KINDS}}`, range),
  ]);
  const bucketsOf = Map.groupBy(buckets.map(seriesOf), ({ service }) => service);
  const exemplarsOf = Map.groupBy(exemplars, ({ series }) => series['service_name'] ?? '');
  return [...Map.groupBy(calls.map(seriesOf), ({ service }) => service)]
    .flatMap(([service, series]) => {
      const parts = { calls: series, buckets: bucketsOf.get(service) ?? [], exemplars: exemplarsOf.get(service) ?? [] };
      return serviceCharts(service, range.times, parts);
    })
    .sort((a, b) => a.service.localeCompare(b.service));
}

interface Parts {
  readonly calls: readonly Series[];
  readonly buckets: readonly Series[];
  readonly exemplars: readonly PrometheusExemplar[];
}

function serviceCharts(service: string, times: readonly number[], parts: Parts): ServiceCharts[] {
  const requests = (counted: Counted): Values => ratesOf(ofKind(parts.calls, counted), times);
  const rates = { server: requests('server'), internal: requests('internal') };
  const counted = countedOf(rates, WINDOW);
  if (!counted) return [];
  const [calls, buckets] = [ofKind(parts.calls, counted), ofKind(parts.buckets, counted)];
  const ended = endOf(haveRequests(rates[counted]), WINDOW, times);
  const percentiles = (q: number): Values => times.map((time) => percentileAt(q, buckets, time));
  return [
    {
      service,
      counted,
      ...(ended !== undefined && { ended }),
      requests: rates[counted],
      errors: errorsOf(calls, times),
      latency: { p50: percentiles(0.5), p95: percentiles(0.95), p99: percentiles(0.99) },
      ...measuredTo(buckets.map(({ bound }) => bound).sort((a, b) => a - b)),
      exemplars: exemplarsOf(parts.exemplars.filter(({ series }) => countedIn(attributesIn(series)) === counted)),
    },
  ];
}

const ofKind = (all: readonly Series[], counted: Counted): Series[] => all.filter((one) => one.counted === counted);

/** Returns how often a second something happened. Null where Prometheus has no value of `all`. */
const ratesOf = (some: readonly Series[], times: readonly number[], all = some): Values =>
  times.map((time) => (all.some(({ values }) => values.has(time)) ? rounded(sumAt(some, time) / SECONDS) : null));

const sumAt = (series: readonly Series[], time: number): number =>
  sum(series.map(({ values }) => values.get(time) ?? 0));

function errorsOf(calls: readonly Series[], times: readonly number[]): ServiceCharts['errors'] {
  return [...Map.groupBy(calls, ({ error }) => error)]
    .flatMap(([status, series]) => (status === undefined ? [] : [{ status, values: ratesOf(series, times, calls) }]))
    .filter(({ values }) => values.some((value) => value !== null && value > 0))
    .sort((a, b) => a.status.localeCompare(b.status));
}

/** Estimates a percentile. Prometheus counts in each bucket what is in the smaller ones, too. */
function percentileAt(q: number, series: readonly Series[], time: number): number | null {
  const byBound = Map.groupBy(series, ({ bound }) => bound);
  const bounds = [...byBound.keys()].sort((a, b) => a - b);
  const below = bounds.map((bound) => sumAt(byBound.get(bound) ?? [], time));
  const counts = below.map((count, index) => Math.max(count - (below[index - 1] ?? 0), 0));
  const value = percentile(q, bounds.filter(Number.isFinite), counts);
  return value === null ? null : rounded(value);
}

function exemplarsOf(all: readonly PrometheusExemplar[]): RequestExemplar[] {
  const exemplars = new Exemplars();
  for (const { series, labels, value, time } of all.toSorted((a, b) => a.time - b.time)) {
    const attributes = attributesIn(series);
    const ids = { traceId: labels['trace_id'] ?? '', spanId: labels['span_id'] ?? '' };
    exemplars.add({ time, value, ...ids, attributes, isError: errorIn(attributes) !== undefined });
  }
  return exemplars.list();
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;
