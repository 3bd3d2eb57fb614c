// A fake Collector with the features that the course uses. It applies collector.yaml to received telemetry: it adds and
// deletes attributes, samples by trace ID, holds spans back, and returns the log that the debug exporter would print.
import { parse } from 'yaml';
import { milliseconds } from '../guide/go-duration.ts';
import { JAEGER_EXPORTER, OLD_JAEGER_EXPORTER } from '../../lab/names.ts';
import type { Receiver } from './receiver.ts';
import type { Metric, ResourceSpans } from './receiver.ts';

const TO_JAEGER: readonly string[] = [JAEGER_EXPORTER, OLD_JAEGER_EXPORTER];

interface Action {
  readonly key: string;
  readonly value?: unknown;
  readonly action: string;
}
interface Processor {
  readonly actions?: Action[];
  readonly attributes?: Action[];
  readonly sampling_percentage?: number;
  readonly timeout?: string;
  readonly decision_wait?: string;
}
interface Config {
  readonly exporters?: Record<string, { verbosity?: string } | null>;
  readonly processors?: Record<string, Processor>;
  readonly service?: { pipelines?: Record<string, { processors?: string[]; exporters?: string[] }> };
}

interface Attribute {
  readonly key: string;
  readonly value?: { stringValue?: string };
}

export class FakeCollector {
  readonly #config: Config;
  /**
   * The receivers whose telemetry this Collector processes. `from` is the number of requests that a receiver had stored
   * when this Collector started. The Collector ignores those earlier requests.
   */
  readonly #receivers: { receiver: Receiver; from: number }[];

  constructor(yaml: string, receivers: Receiver[]) {
    this.#config = configIn(yaml);
    this.#receivers = receivers.map((receiver) => ({ receiver, from: receiver.requests.length }));
  }

  #traces() {
    return { processors: ['batch'], exporters: [JAEGER_EXPORTER], ...this.#config.service?.pipelines?.['traces'] };
  }

  /** Returns the spans that would reach Jaeger, as the Collector's processors change them. */
  readonly passes = (all: ResourceSpans[]): ResourceSpans[] =>
    this.#traces().exporters.some((name) => TO_JAEGER.includes(name)) ? this.#processed(all) : [];

  #processed(all: ResourceSpans[]): ResourceSpans[] {
    const processors = this.#traces().processors.map(
      (name) => [name.split('/')[0], this.#config.processors?.[name] ?? {}] as const,
    );
    const held = processors.reduce((sum, [type, settings]) => sum + heldBy(type, settings), 0);
    const arrived = all.filter(({ receivedAt = 0 }) => receivedAt + held <= Date.now());
    return processors.reduce((groups, [type, { actions, attributes, sampling_percentage: percentage = 100 }]) => {
      if (type === 'attributes')
        return groups.map((group) => ({
          ...group,
          scopeSpans: (group.scopeSpans ?? []).map((scope) => ({
            ...scope,
            spans: (scope.spans ?? []).map((span) => changed(span, actions ?? [])),
          })),
        }));
      if (type === 'resource')
        return groups.map((group) => ({ ...group, resource: changed(group.resource ?? {}, attributes ?? []) }));
      if (type !== 'probabilistic_sampler') return groups;
      return groups.map((group) => ({
        ...group,
        scopeSpans: (group.scopeSpans ?? []).map((scope) => ({
          ...scope,
          spans: (scope.spans ?? []).filter(
            ({ traceId }) => parseInt(traceId.slice(-4), 16) < (65_536 * percentage) / 100,
          ),
        })),
      }));
    }, arrived);
  }

  /** Returns the Collector's own log, with the output of its debug exporter. */
  log(): string {
    const debug = this.#traces().exporters.find((name) => /^debug(\/|$)/.test(name));
    const verbosity = this.#config.exporters?.[debug ?? 'debug']?.verbosity ?? 'basic';
    const spans = debug ? this.#processed(this.#receivers.flatMap(({ receiver }) => receiver.resourceSpans())) : [];
    if (verbosity === 'basic')
      return 'info\tTraces\t{"resource spans": 1, "spans": 1}\ninfo\tMetrics\t{"metrics": 2}\n';
    const lines = spans
      .flatMap(({ scopeSpans = [] }) => scopeSpans)
      .flatMap(({ spans: some = [] }) => some)
      .map(({ name, traceId, spanId }) =>
        verbosity === 'normal'
          ? `${name} ${traceId} ${spanId}`
          : `    Trace ID       : ${traceId}\n    Name           : ${name}`,
      );
    const exports = this.#receivers.flatMap(({ receiver, from }) => receiver.metricExports(from));
    const metrics = exports.flatMap((some, index) => [
      `export ${index}\tinfo\tResourceMetrics #0`,
      ...some.map((metric) => metricText(metric, verbosity)),
    ]);
    return [...lines, ...metrics].join('\n');
  }
}

/** Returns for how many milliseconds a processor holds spans back, at most. */
function heldBy(type: string | undefined, { timeout, decision_wait: wait = '30s' }: Processor): number {
  if (type === 'batch') return milliseconds(timeout) ?? 0;
  return type === 'tail_sampling' ? (milliseconds(wait) ?? 0) : 0;
}

/** Parses a configuration. After a line `{}` the real Collector reads no further. */
const configIn = (yaml: string): Config =>
  /^(#.*\n|\s*\n)*\{\}\s*$/m.test(yaml.slice(0, yaml.indexOf('{}') + 3)) ? {} : ((parse(yaml) as Config | null) ?? {});

function changed<T extends { attributes?: Attribute[] }>(thing: T, actions: Action[]): T {
  const attributes = actions.reduce((all: Attribute[], { key, value, action }) => {
    const without = all.filter((attribute) => attribute.key !== key);
    const has = without.length < all.length;
    if (action === 'delete') return without;
    if ((action === 'insert' && has) || (action === 'update' && !has)) return all;
    return [...without, { key, value: { stringValue: String(value) } }];
  }, thing.attributes ?? []);
  return { ...thing, attributes } satisfies T;
}

/**
 * Formats a metric like the debug exporter:
 * https://github.com/open-telemetry/opentelemetry-collector/tree/main/exporter/debugexporter
 */
function metricText(metric: Metric, verbosity: string): string {
  return verbosity === 'normal' ? pointLines(metric) : detailsOf(metric);
}

function pointLines({ name, sum, histogram, gauge }: Metric): string {
  const points = (histogram?.dataPoints ?? []).map(
    ({ count = 0, sum: total = 0 }) => `count=${count} sum=${total} le0=0`,
  );
  const numbers = [...(sum?.dataPoints ?? []), ...(gauge?.dataPoints ?? [])].map(valueOf);
  return [...points, ...numbers].map((point) => `${name}{} ${point}`).join('\n');
}

const valueOf = ({ asInt, asDouble }: { asInt?: number | string; asDouble?: number }): string =>
  String(asInt ?? asDouble ?? 0);

interface Times {
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano?: string;
}

/** Formats the times of a point. */
const timesOf = ({ startTimeUnixNano, timeUnixNano }: Times): string =>
  `StartTimestamp: ${timeOf(startTimeUnixNano)}\nTimestamp: ${timeOf(timeUnixNano)}`;

/** Formats a time as Go does: 2026-11-29 09:34:48.123 +0000 UTC. */
function timeOf(nanoseconds = '0'): string {
  const time = new Date(Number(BigInt(nanoseconds) / 1_000_000n)).toISOString();
  return `${time.replace('T', ' ').replace('Z', '')} +0000 UTC`;
}

const typeOf = ({ sum, histogram }: Metric): string => (sum ? 'Sum' : histogram ? 'Histogram' : 'Gauge');

function detailsOf(metric: Metric): string {
  const { name, sum, histogram } = metric;
  const fields = [`-> Name: ${name}`, '-> Description: ', '-> Unit: ', `-> DataType: ${typeOf(metric)}`];
  if (sum) fields.push(`-> IsMonotonic: ${sum.isMonotonic ?? false}`);
  const temporality = (sum ?? histogram)?.aggregationTemporality;
  if (temporality !== undefined)
    fields.push(`-> AggregationTemporality: ${temporality === 1 ? 'Delta' : 'Cumulative'}`);
  return ['Metric #0', 'Descriptor:', ...fields.map((field) => `     ${field}`), ...pointsOf(metric)].join('\n');
}

function pointsOf({ sum, histogram, gauge }: Metric): string[] {
  const numbers = [...(sum?.dataPoints ?? []), ...(gauge?.dataPoints ?? [])];
  return [
    ...numbers.map((point) => `${timesOf(point)}\nValue: ${valueOf(point)}`),
    ...(histogram?.dataPoints ?? []).map(
      (point) => `${timesOf(point)}\nCount: ${point.count}\nSum: ${(point.sum ?? 0).toFixed(6)}\nBuckets #0, Count: 1`,
    ),
  ];
}
