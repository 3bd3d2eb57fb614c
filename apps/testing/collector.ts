// A fake Collector with the features that the course uses. It applies collector.yaml to received telemetry: it adds and
// deletes attributes, samples by trace ID, and returns the log that the debug exporter would print.
import { parse } from 'yaml';
import type { Receiver } from './receiver.ts';
import type { ResourceSpans } from './receiver.ts';

interface Action {
  readonly key: string;
  readonly value?: unknown;
  readonly action: string;
}
interface Processor {
  readonly actions?: Action[];
  readonly attributes?: Action[];
  readonly sampling_percentage?: number;
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
    this.#config = (parse(yaml) as Config | null) ?? {};
    this.#receivers = receivers.map((receiver) => ({ receiver, from: receiver.requests.length }));
  }

  #traces() {
    return { processors: [], exporters: ['otlphttp/jaeger'], ...this.#config.service?.pipelines?.['traces'] };
  }

  /** Returns the spans that would reach Jaeger, as the Collector's processors change them. */
  readonly passes = (all: ResourceSpans[]): ResourceSpans[] =>
    this.#traces().exporters.includes('otlphttp/jaeger') ? this.#processed(all) : [];

  #processed(all: ResourceSpans[]): ResourceSpans[] {
    const processors = this.#traces().processors.map(
      (name) => [name.split('/')[0], this.#config.processors?.[name] ?? {}] as const,
    );
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
    }, all);
  }

  /** Returns the Collector's own log, with the output of its debug exporter. */
  log(): string {
    const verbosity = this.#config.exporters?.['debug']?.verbosity ?? 'basic';
    const spans = this.#traces().exporters.includes('debug')
      ? this.#processed(this.#receivers.flatMap(({ receiver }) => receiver.resourceSpans()))
      : [];
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
    const metrics = this.#receivers.flatMap(({ receiver, from }) => receiver.metrics(from));
    return [...lines, ...metrics.map((metric) => metricText(metric, verbosity))].join('\n');
  }
}

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

interface Metric {
  readonly name: string;
  readonly sum?: { isMonotonic?: boolean };
  readonly histogram?: object;
  readonly gauge?: object;
}

/**
 * Formats a metric like the debug exporter:
 * https://github.com/open-telemetry/opentelemetry-collector/tree/main/exporter/debugexporter
 */
function metricText({ name, sum, histogram }: Metric, verbosity: string): string {
  const type = sum ? 'Sum' : histogram ? 'Histogram' : 'Gauge';
  if (verbosity === 'normal') return `${name}{} ${histogram ? 'count=3 sum=9 min=1 max=6 le0=0' : '3'}`;
  const fields = [`-> Name: ${name}`, '-> Description: ', '-> Unit: ', `-> DataType: ${type}`];
  if (sum) fields.push(`-> IsMonotonic: ${sum.isMonotonic ?? false}`);
  fields.push('-> AggregationTemporality: Cumulative');
  return ['Metric #0', 'Descriptor:', ...fields.map((field) => `     ${field}`)].join('\n');
}
