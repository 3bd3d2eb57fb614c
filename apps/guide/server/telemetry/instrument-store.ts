// The instruments of the apps, by service: series for the charts, the newest export of each instrument, and the totals
// of each process.
import type { JsonObject } from '../../../../otlp/json.ts';
import { metricsFromOtlp } from '../../../../otlp/metrics.ts';
import type { Metric, MetricPoint } from '../../../../otlp/metrics.ts';
import type { Instrument, Instruments } from '../../explore-contract.ts';
import { Budget, Shares, sum } from './budget.ts';
import { slotOf, slotsUntil, timeWithin } from './grid.ts';
import { SCALE } from './instrument.ts';
import type { InstrumentTotals, Series } from './instrument.ts';
import { seriesOf } from './instrument-series.ts';
import type { Losses } from './losses.ts';
import { parsedExport, seriesIn, ServiceInstruments } from './service-instruments.ts';
import type { StoredInstrument } from './service-instruments.ts';

const KIB = 1024;
/** A service runs a learner's code, or two versions at a time, so it needs more. */
const MORE = { dice: 1024 * KIB, prizes: 640 * KIB };
const SHARES = { each: 512 * KIB, others: 256 * KIB, more: MORE };

export class InstrumentStore {
  readonly #losses: Losses;
  readonly #now: () => number;
  readonly #budgets: Shares<Budget>;
  readonly #services = new Map<string, ServiceInstruments>();

  constructor(losses: Losses, now: () => number) {
    this.#losses = losses;
    this.#now = now;
    this.#budgets = new Shares(SHARES, (bytes) => new Budget(bytes, now));
    for (const budget of this.#budgets.all()) budget.onFull = (time) => this.#removeStale(budget, time);
  }

  get bytes(): number {
    return sum(this.#budgets.all().map(({ used }) => used));
  }

  get limit(): number {
    return sum(this.#budgets.all().map(({ limit }) => limit));
  }

  /** Takes a metric of an app. */
  add(metric: Metric): void {
    const now = this.#now();
    if (metric.notFinite > 0) this.#losses.add('number', `${metric.name} of ${metric.service}`, metric.notFinite);
    if (metric.points.length > 0) this.#addPoints(metric, now);
  }

  #addPoints(metric: Metric, now: number): void {
    const service = this.#service(metric.service);
    const process = service?.process(metric, now);
    const report = process && service?.report(metric, process, now);
    for (const point of metric.points) {
      const time = timeWithin(point.time, now);
      if (time === undefined) this.#losses.add('age', exampleOf(metric, point));
      else if (!report || !service?.keep({ report, process, metric, point, time, now }))
        this.#losses.add('series', exampleOf(metric, point));
    }
  }

  /** Returns the newest export of an instrument as OTLP JSON, or undefined if there is none. */
  newestExport(service: string, name: string): JsonObject | undefined {
    const [newest] = this.#instrumentsOf(service)
      .filter((instrument) => instrument.name === name)
      .sort((a, b) => b.seen - a.seen);
    return newest && parsedExport(newest);
  }

  /** Returns what each process has reported of each instrument. */
  totals(): InstrumentTotals[] {
    return [...this.#services.keys()].flatMap((service) =>
      this.#instrumentsOf(service).flatMap(({ scope, name, kind, reports }) =>
        [...reports].flatMap(([{ json, resource }, { totals }]) =>
          totals ? [{ ...{ service, scope, name, kind, process: json, resource }, ...totals }] : [],
        ),
      ),
    );
  }

  /** Returns the instruments of which a value has arrived since then, as their newest exports describe them. */
  recent(since: number): RecentInstrument[] {
    return [...this.#services.keys()].flatMap((service) =>
      this.#instrumentsOf(service).flatMap((instrument) => recentOf(service, instrument, since)),
    );
  }

  /** Returns the instruments of a service with values in the last minutes. */
  instruments(service: string, minutes: number): Omit<Instruments, 'state'> {
    const slots = slotsUntil(SCALE, slotOf(SCALE, this.#now()), minutes);
    const instruments = this.#instrumentsOf(service)
      .map((instrument) => shownOf(service, instrument, slots))
      .filter(({ series }) => series.length > 0);
    return {
      times: slots.map((slot) => slot * SCALE.step),
      step: SCALE.step,
      instruments: instruments.sort((a, b) => a.scope.localeCompare(b.scope) || a.name.localeCompare(b.name)),
      services: [...this.#services.keys()].filter((name) => this.#instrumentsOf(name).length > 0).sort(),
    };
  }

  #instrumentsOf(service: string): StoredInstrument[] {
    return this.#services.get(service)?.list() ?? [];
  }

  #service(name: string): ServiceInstruments | undefined {
    const known = this.#services.get(name);
    if (known) return known;
    const service = new ServiceInstruments(name, this.#budgets.of(name));
    if (!service.open()) return undefined;
    this.#services.set(name, service);
    return service;
  }

  #removeStale(budget: Budget, now: number): void {
    for (const service of this.#services.values())
      if (this.#budgets.of(service.name) === budget && service.removeStale(now)) this.#services.delete(service.name);
  }
}

/** An instrument, and the series of which a value has arrived lately. */
export interface RecentInstrument {
  readonly service: string;
  readonly scope: string;
  readonly name: string;
  /** The unit as it was reported last. An app that starts anew may have changed it. */
  readonly unit: string;
  readonly series: readonly Pick<Series, 'attributes' | 'bounds'>[];
}

function recentOf(service: string, instrument: StoredInstrument, since: number): RecentInstrument[] {
  const series = seriesIn(instrument).filter(({ seen }) => seen >= since);
  if (series.length === 0) return [];
  const { scope, name, unit: first } = instrument;
  const unit = metricsFromOtlp(parsedExport(instrument))[0]?.unit ?? first;
  return [{ service, scope, name, unit, series }];
}

const shownOf = (service: string, instrument: StoredInstrument, slots: readonly number[]): Instrument => {
  const { scope, name, kind, unit, description } = instrument;
  return { service, scope, name, kind, unit, description, series: seriesOf(seriesIn(instrument), kind, slots) };
};

const exampleOf = ({ service, name }: Metric, { attributes }: MetricPoint): string =>
  `${name} of ${service}: ${JSON.stringify(attributes)}`;
