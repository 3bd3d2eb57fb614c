// The metrics that the Collector makes from spans, for the charts: how much each series grew, for each service.
import { RED_METRICS } from '../../../../lab/names.ts';
import { attributesKey } from '../../../../otlp/attributes.ts';
import type { Attributes } from '../../../../otlp/attributes.ts';
import type { Counted } from '../../../../otlp/failures.ts';
import type { Metric, MetricExemplar, MetricPoint } from '../../../../otlp/metrics.ts';
import { MOST_LEFT_OUT } from '../../explore-contract.ts';
import type { Charts } from '../../explore-contract.ts';
import { Budget, isOwnService, isStale, listBytes, OBJECT, Shares, sum, textBytes } from './budget.ts';
import { slotOf, slotsUntil, timeWithin } from './grid.ts';
import { increaseOf } from './increase.ts';
import type { Last } from './increase.ts';
import type { Losses } from './losses.ts';
import { countedIn, errorIn } from './red-point.ts';
import { RedService, SCALE, STEP, WINDOW } from './red-service.ts';

/** Characters of the name of a service without room. */
const NAME_LENGTH = 100;

const KIB = 1024;
const SHARES = { each: 320 * KIB, others: 640 * KIB };

/** Name of the instrumentation scope of the connector's metrics. */
const SCOPE = 'spanmetricsconnector';

export const isRed = ({ scope, name }: Metric): boolean =>
  scope === SCOPE && Object.values(RED_METRICS).some((one) => one === name);

/** A data point with what the charts need of it. */
interface RedPoint {
  readonly service: RedService;
  readonly metric: Metric;
  readonly point: MetricPoint;
  readonly counted: Counted;
  /** When it was measured, in milliseconds since the epoch. */
  readonly time: number;
}

export class RedStore {
  readonly #losses: Losses;
  readonly #now: () => number;
  readonly #budgets: Shares<Budget>;
  readonly #services = new Map<string, RedService>();
  /** When each of the services that there was no room for was last seen. */
  readonly #leftOut = new Map<string, number>();
  /** Time of the newest data point, and of the newest in the export before. */
  #newest: number;
  #before: number;

  constructor(losses: Losses, now: () => number) {
    this.#losses = losses;
    this.#now = now;
    this.#budgets = new Shares(SHARES, (bytes) => new Budget(bytes, now));
    for (const budget of this.#budgets.all()) budget.onFull = (time) => this.#removeStale(budget, time);
    this.#before = this.#newest = now();
  }

  get bytes(): number {
    return sum(this.#budgets.all().map(({ used }) => used));
  }

  get limit(): number {
    return sum(this.#budgets.all().map(({ limit }) => limit));
  }

  /**
   * Takes a metric of the connector. The histogram's count is right at once, the counter's one export later. Server
   * spans come first, because they decide whether internal spans count.
   */
  add(metric: Metric): void {
    if (metric.name !== RED_METRICS.duration) return;
    const { server = [], others = [] } = Object.groupBy(metric.points, isOfServer);
    for (const point of [...server, ...others]) this.#addPoint(metric, point);
  }

  /** Returns the charts of the last minutes. */
  charts(minutes: number): Omit<Charts, 'state'> {
    const now = this.#now();
    const slots = slotsUntil(SCALE, slotOf(SCALE, Math.max(now - SCALE.step, this.#newest)), minutes);
    const services = [...this.#services.values()].flatMap((service) => service.charts(slots) ?? []);
    const leftOut = this.#countLeftOut(now - minutes * 60_000);
    return {
      times: slots.map((slot) => slot * SCALE.step),
      step: SCALE.step,
      window: WINDOW * STEP,
      services: services.sort((a, b) => a.service.localeCompare(b.service)),
      ...(leftOut > 0 && { leftOut }),
    };
  }

  #countLeftOut(since: number): number {
    for (const [name, seen] of this.#leftOut) if (seen < since || this.#services.has(name)) this.#leftOut.delete(name);
    return this.#leftOut.size;
  }

  #addPoint(metric: Metric, point: MetricPoint): void {
    const time = timeWithin(point.time, this.#now());
    if (time === undefined) return this.#lose('age', metric, point);
    if (point.attributes['otel.metric.overflow'] === true) return this.#lose('series', metric, point);
    const counted = countedIn(point.attributes);
    if (counted === undefined) return;
    const service = this.#service(metric.service);
    if (!service) return this.#lose('series', metric, point);
    this.#count({ service, metric, point, counted, time });
  }

  #count(red: RedPoint): void {
    const { service, metric, point, counted, time } = red;
    const since = this.#sinceOf(time);
    const key = attributesKey(point.attributes);
    const last = service.series.get(key);
    if (!last && !service.take(seriesBytes(key, point.buckets))) return this.#lose('series', metric, point);
    const increase = increaseOf(point, { last, temporality: metric.temporality, since });
    service.series.set(key, lastOf(point, this.#now()));
    const scale = metric.unit === 's' ? 1_000 : 1;
    const error = errorIn(point.attributes);
    const growth = { ...increase, counted, error, bounds: point.bounds.map((bound) => bound * scale) };
    const slot = slotOf(SCALE, time);
    if (!service.add(slot, growth)) this.#lose('series', metric, point);
    for (const exemplar of service.counts(counted, slot) ? point.exemplars : [])
      service.exemplars.add({ ...exemplarOf(exemplar, point.attributes, scale, time), isError: error !== undefined });
  }

  /** Returns when the export before that of `time` was made. */
  #sinceOf(time: number): number {
    if (time > this.#newest) [this.#before, this.#newest] = [this.#newest, time];
    return this.#before;
  }

  #service(name: string): RedService | undefined {
    const known = this.#services.get(name);
    if (known) return known;
    const service = new RedService(name, this.#budgets.of(name));
    if (!service.open()) return this.#leaveOut(name);
    this.#services.set(name, service);
    return service;
  }

  #leaveOut(name: string): undefined {
    const short = name.slice(0, NAME_LENGTH);
    if (this.#leftOut.size < MOST_LEFT_OUT || this.#leftOut.has(short)) this.#leftOut.set(short, this.#now());
  }

  /** Removes what nobody reports any longer. */
  #removeStale(budget: Budget, now: number): void {
    for (const service of this.#services.values()) {
      if (this.#budgets.of(service.name) !== budget) continue;
      for (const [key, last] of service.series) if (isStale(last, now)) removeSeries(service, key, last);
      if (service.series.size === 0 && !isOwnService(service.name)) this.#remove(service);
    }
  }

  #remove(service: RedService): void {
    service.free();
    this.#services.delete(service.name);
  }

  #lose(reason: 'series' | 'age', { service, name }: Metric, { attributes }: MetricPoint): void {
    this.#losses.add(reason, `${name} of ${service}: ${JSON.stringify(attributes)}`);
  }
}

const isOfServer = ({ attributes }: MetricPoint): 'server' | 'others' =>
  countedIn(attributes) === 'server' ? 'server' : 'others';

const seriesBytes = (key: string, buckets: readonly number[]): number => textBytes(key) + listBytes(buckets) + OBJECT;

function removeSeries(service: RedService, key: string, { buckets }: Last): void {
  service.series.delete(key);
  service.free(seriesBytes(key, buckets));
}

const lastOf = ({ start, value, buckets }: MetricPoint, seen: number): Last => ({ start, count: value, buckets, seen });

const exemplarOf = (
  { value, traceId, spanId }: MetricExemplar,
  attributes: Attributes,
  scale: number,
  time: number,
) => ({ time, value: value * scale, traceId, spanId, attributes });
