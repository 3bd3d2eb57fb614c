// The series of a service's instruments, from Prometheus.
import { attributesKey } from '../../../../otlp/attributes.ts';
import type { Exemplar, Instrument, InstrumentSeries, Values } from '../../explore-contract.ts';
import { sum } from './budget.ts';
import { endedOf, valuesOf, withEarlier } from './instrument-series.ts';
import { MOST_EXEMPLARS, STEP } from './instrument.ts';
import type { Labels, Prometheus, PrometheusExemplar, PrometheusSeries, TimeRange } from './prometheus.ts';

/** Labels that are no attributes of a data point. */
const NO_ATTRIBUTES: readonly string[] = ['__name__', 'job', 'instance', 'service.name', 'k8s.pod.name', 'le'];

const attributesIn = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !NO_ATTRIBUTES.includes(name)));

const keyOf = (labels: Labels): string => attributesKey(attributesIn(labels));

/** Names of the metrics that the Collector makes from spans. */
const OF_SPANS = '(red|monitor)_(calls|duration.*)';

interface Bucket {
  readonly labels: Labels;
  readonly value: number;
}

/** What Prometheus has of a service. */
interface Found {
  readonly series: readonly PrometheusSeries[];
  readonly buckets: readonly Bucket[];
  readonly exemplars: readonly PrometheusExemplar[];
}

/** Returns the instruments with the values that Prometheus has at these times. */
export async function instrumentsFrom(
  prometheus: Prometheus,
  { service, instruments, range }: { service: string; instruments: readonly Instrument[]; range: TimeRange },
): Promise<Instrument[]> {
  const selector = `"service.name"=${JSON.stringify(service)}`;
  const own = `${selector}, __name__!~"${OF_SPANS}"`;
  const buckets = `{${own}, __name__=~".+_bucket"}`;
  const others = `{${own}, __name__!~".+_bucket"}`;
  const times = withEarlier(range.times, range.step);
  const [series, newest, exemplars] = await Promise.all([
    prometheus.range(`last_over_time(${others}[${STEP / 1_000}s])`, { ...range, times }),
    prometheus.instant(buckets, range.times.at(-1) ?? 0),
    prometheus.exemplars(`{${own}}`, range),
  ]);
  const found = { series, buckets: newest, exemplars };
  return instruments.map((instrument) => ({ ...instrument, series: seriesOf(instrument, found, range.times) }));
}

function seriesOf({ name, kind }: Instrument, found: Found, times: readonly number[]): InstrumentSeries[] {
  const named =
    (suffix: string) =>
    ({ labels }: { labels: Labels }) =>
      labels['__name__'] === name + suffix;
  const isHistogram = kind === 'histogram' || kind === 'summary';
  const sums = found.series.filter(named('_sum'));
  const buckets = found.buckets.filter(named('_bucket'));
  const exemplars = found.exemplars.filter(({ series }) => [name, `${name}_bucket`].includes(series['__name__'] ?? ''));
  const byAttributes = Map.groupBy(found.series.filter(named(isHistogram ? '_count' : '')), (one) => keyOf(one.labels));
  const all = [...byAttributes].map(([key, series]) => {
    const isSame = ({ labels }: { labels: Labels }) => keyOf(labels) === key;
    const reported = ({ values }: PrometheusSeries): Values =>
      withEarlier(times, STEP).map((time) => values.get(time) ?? null);
    const reports = series.map(reported);
    return {
      attributes: attributesIn(series[0]?.labels ?? {}),
      values: valuesOf(reports),
      ...endedOf(reports, times),
      ...(isHistogram && { sums: valuesOf(sums.filter(isSame).map(reported)), ...bucketsOf(buckets.filter(isSame)) }),
      exemplars: newestOf(exemplars.filter(({ series: labels }) => isSame({ labels })).map(exemplarOf)),
    };
  });
  return all.filter(({ values }) => values.some((value) => value !== null));
}

/** Returns the count in each bucket. Prometheus counts in each bucket what is in the smaller ones, too. */
function bucketsOf(found: readonly Bucket[]): Pick<InstrumentSeries, 'bounds' | 'buckets'> {
  const byBound = Map.groupBy(found, ({ labels }) => (labels['le'] === '+Inf' ? Infinity : Number(labels['le'])));
  const bounds = [...byBound.keys()].sort((a, b) => a - b);
  if (bounds.length < 2) return {};
  const below = bounds.map((bound) => sum((byBound.get(bound) ?? []).map(({ value }) => value)));
  return {
    bounds: bounds.filter(Number.isFinite),
    buckets: below.map((count, index) => count - (below[index - 1] ?? 0)),
  };
}

/** Returns a few exemplars. An SDK may send one with several exports. */
const newestOf = (exemplars: readonly Exemplar[]): Exemplar[] =>
  [...new Map(exemplars.map((one) => [`${one.spanId} ${one.value}`, one])).values()]
    .sort((a, b) => a.time - b.time)
    .slice(-MOST_EXEMPLARS);

/** Labels of an exemplar that name its span. */
const IDS: readonly string[] = ['trace_id', 'span_id'];

const exemplarOf = ({ time, value, labels }: PrometheusExemplar): Exemplar => ({
  time,
  value,
  traceId: labels['trace_id'] ?? '',
  spanId: labels['span_id'] ?? '',
  attributes: Object.fromEntries(Object.entries(labels).filter(([name]) => !IDS.includes(name))),
});
