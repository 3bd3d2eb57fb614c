// Reads metrics of OTLP JSON (ExportMetricsServiceRequest). Anybody can send them, so a field of another type counts as
// missing, and a data point without a number is skipped.
// https://opentelemetry.io/docs/specs/otel/metrics/data-model/
import { attributesOf, serviceOf } from './attributes.ts';
import type { Attributes } from './attributes.ts';
import { explicitBuckets } from './exponential-histogram.ts';
import { idIn, numberIn, numbersIn, objectIn, objectsIn, textIn, timeIn } from './json.ts';
import type { JsonObject } from './json.ts';

export type Temporality = 'unspecified' | 'delta' | 'cumulative';

export interface MetricExemplar {
  /** Milliseconds since the epoch. */
  readonly time: number | undefined;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
  /** The attributes that the metric does not keep. */
  readonly attributes: Attributes;
}

/** A share of the recorded values, from 0 to 1, and the value that they are at most. */
export interface Quantile {
  readonly quantile: number;
  readonly value: number;
}

/** The smallest and the largest of some values. */
export type Range = readonly [min: number, max: number];

export interface MetricPoint {
  readonly attributes: Attributes;
  /** When the process began to count, in milliseconds since the epoch, by its own clock. */
  readonly start: number | undefined;
  /** When the value was collected, in milliseconds since the epoch, by the process's own clock. */
  readonly time: number | undefined;
  /** The number of a sum or a gauge. The number of recorded values of a histogram or a summary. */
  readonly value: number;
  /** Sum of the recorded values of a histogram or a summary. */
  readonly sum: number | undefined;
  /** Upper bounds of a histogram's buckets, and the count in each. The last bucket has no bound. */
  readonly bounds: readonly number[];
  readonly buckets: readonly number[];
  /** What a summary says of its values. Empty for any other type. */
  readonly quantiles: readonly Quantile[];
  /** The smallest and the largest recorded value of a histogram, if it has both. */
  readonly range: Range | undefined;
  readonly exemplars: readonly MetricExemplar[];
}

export interface Metric {
  /** The resource's `service.name`. */
  readonly service: string;
  readonly resource: Attributes;
  /** Name of the instrumentation scope: the meter that made the instrument. */
  readonly scope: string;
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly type: MetricType;
  readonly temporality: Temporality;
  /** Whether a sum never decreases. */
  readonly isMonotonic: boolean;
  readonly points: readonly MetricPoint[];
  /** How many data points are not in `points`, because their value is NaN or infinite. */
  readonly notFinite: number;
  /** The metric as OTLP JSON, with its resource and scope, and no other metric: `{"resourceMetrics": […]}`. */
  readonly otlp: JsonObject;
}

/** Names of the fields of OTLP JSON with a metric's data points. */
const TYPES = ['sum', 'gauge', 'histogram', 'exponentialHistogram', 'summary'] as const;
export type MetricType = (typeof TYPES)[number];

/** Returns the metrics in OTLP JSON. A metric of an unknown type, or without data points, is left out. */
export function metricsFromOtlp(document: unknown): Metric[] {
  return objectsIn(objectIn(document)['resourceMetrics']).flatMap((resourceMetrics) => {
    const resource = attributesOf(objectIn(resourceMetrics['resource'])['attributes']);
    return objectsIn(resourceMetrics['scopeMetrics']).flatMap((scopeMetrics) =>
      objectsIn(scopeMetrics['metrics']).flatMap((metric) =>
        metricOf(metric, {
          resource,
          scope: textIn(objectIn(scopeMetrics['scope'])['name']),
          otlp: { resourceMetrics: [{ ...resourceMetrics, scopeMetrics: [{ ...scopeMetrics, metrics: [metric] }] }] },
        }),
      ),
    );
  });
}

function metricOf(
  metric: JsonObject,
  { resource, scope, otlp }: Pick<Metric, 'resource' | 'scope' | 'otlp'>,
): Metric[] {
  const type = TYPES.find((name) => metric[name] !== undefined);
  const data = objectIn(type && metric[type]);
  const found = type ? objectsIn(data['dataPoints']) : [];
  const points = type ? found.flatMap((point) => pointOf(type, point)) : [];
  const notFinite = found.filter(({ asDouble }) => isNotFinite(asDouble)).length;
  if (!type || points.length + notFinite === 0) return [];
  return [
    {
      service: serviceOf(resource),
      resource,
      scope,
      name: textIn(metric['name']),
      unit: textIn(metric['unit']),
      description: textIn(metric['description']),
      type,
      temporality: type === 'summary' ? 'cumulative' : temporalityIn(data['aggregationTemporality']),
      isMonotonic: data['isMonotonic'] === true,
      points,
      notFinite,
      otlp,
    },
  ];
}

/** Protobuf's JSON writes such numbers as texts. https://protobuf.dev/programming-guides/json/#json-representation */
const isNotFinite = (value: unknown): boolean =>
  (typeof value === 'number' && !Number.isFinite(value)) ||
  (typeof value === 'string' && /^(NaN|-?Infinity)$/.test(value));

function temporalityIn(value: unknown): Temporality {
  if (value === 1 || value === 'AGGREGATION_TEMPORALITY_DELTA') return 'delta';
  return value === 2 || value === 'AGGREGATION_TEMPORALITY_CUMULATIVE' ? 'cumulative' : 'unspecified';
}

function pointOf(type: MetricType, point: JsonObject): MetricPoint[] {
  const isNumber = type === 'sum' || type === 'gauge';
  const value = numberIn(isNumber ? (point['asInt'] ?? point['asDouble']) : point['count']);
  if (value === undefined || (!isNumber && value < 0)) return [];
  return [
    {
      attributes: attributesOf(point['attributes']),
      start: timeIn(point['startTimeUnixNano']),
      time: timeIn(point['timeUnixNano']),
      value,
      sum: isNumber ? undefined : numberIn(point['sum']),
      ...bucketsOf(type, point),
      quantiles: type === 'summary' ? quantilesOf(point) : [],
      range: rangeOf(point),
      exemplars: objectsIn(point['exemplars']).flatMap(exemplarOf),
    },
  ];
}

/** The most quantiles of a summary that are read. Anybody may send any number. */
const MOST_QUANTILES = 10;

function quantilesOf({ quantileValues }: JsonObject): Quantile[] {
  const found = objectsIn(quantileValues).slice(0, MOST_QUANTILES);
  return found.flatMap((one) => {
    // JSON omits a zero.
    const [quantile, value] = [numberIn(one['quantile'] ?? 0), numberIn(one['value'] ?? 0)];
    return quantile === undefined || value === undefined || quantile < 0 || quantile > 1 ? [] : [{ quantile, value }];
  });
}

function rangeOf({ min, max }: JsonObject): Range | undefined {
  const [least, most] = [numberIn(min), numberIn(max)];
  return least === undefined || most === undefined || least > most ? undefined : [least, most];
}

/** Returns the buckets of a histogram. Buckets that don't fit their bounds are left out: the count still holds. */
function bucketsOf(type: MetricType, point: JsonObject): Pick<MetricPoint, 'bounds' | 'buckets'> {
  if (type === 'exponentialHistogram') return explicitBuckets(point);
  const [bounds, buckets] = [numbersIn(point['explicitBounds']), numbersIn(point['bucketCounts'])];
  const isSorted = bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? bound));
  const fits = type === 'histogram' && buckets.length === bounds.length + 1 && buckets.every((count) => count >= 0);
  return fits && isSorted ? { bounds, buckets } : { bounds: [], buckets: [] };
}

function exemplarOf(exemplar: JsonObject): MetricExemplar[] {
  const value = numberIn(exemplar['asDouble'] ?? exemplar['asInt']);
  const [traceId, spanId] = [idIn(exemplar['traceId'], 32), idIn(exemplar['spanId'], 16)];
  if (value === undefined || traceId === undefined || spanId === undefined) return [];
  const attributes = attributesOf(exemplar['filteredAttributes']);
  return [{ time: timeIn(exemplar['timeUnixNano']), value, traceId, spanId, attributes }];
}
