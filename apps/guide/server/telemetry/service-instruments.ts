// The instruments of one service, and the processes that report them.
import { attributesKey, processKey } from '../../../../otlp/attributes.ts';
import type { JsonObject } from '../../../../otlp/json.ts';
import type { Metric, MetricPoint } from '../../../../otlp/metrics.ts';
import type { InstrumentKind } from '../../explore-contract.ts';
import { isStale, listBytes, OBJECT, textBytes } from './budget.ts';
import type { Budget } from './budget.ts';
import { Grid, slotOf } from './grid.ts';
import { addTotals, kindOf, newSeries, SCALE, withExemplars, write } from './instrument.ts';
import type { ProcessTotals, Series } from './instrument.ts';

/** The most series of one instrument, so that one can't take the place of all others. */
const MOST_SERIES = 100;
/** The most processes of a service. Each restart is another. */
const MOST_PROCESSES = 8;
/** The largest export that is kept as OTLP JSON, and how many data points are kept of a larger one. */
const [LARGEST_EXPORT, MANY_POINTS, FEW_POINTS] = [16 * 1024, 100, 10];

/** A process that reports instruments. */
export interface Process {
  readonly id: number;
  /** The resource's attributes as JSON. */
  readonly json: string;
  readonly resource: Metric['resource'];
  seen: number;
}

export interface StoredInstrument {
  readonly scope: string;
  readonly name: string;
  readonly kind: InstrumentKind;
  readonly unit: string;
  readonly description: string;
  /** The newest export as OTLP JSON. */
  newest: string;
  seen: number;
  readonly totals: Map<Process, ProcessTotals>;
  readonly series: Map<string, Series>;
}

/** A data point of an instrument. */
interface Arrival {
  readonly instrument: StoredInstrument;
  readonly process: Process;
  readonly metric: Metric;
  readonly point: MetricPoint;
  /** When it was measured, and when it arrived, in milliseconds since the epoch. */
  readonly time: number;
  readonly now: number;
}

export class ServiceInstruments {
  readonly name: string;
  readonly #budget: Budget;
  readonly #processes = new Map<string, Process>();
  readonly #instruments = new Map<string, StoredInstrument>();
  #lastProcess = 0;

  constructor(name: string, budget: Budget) {
    this.name = name;
    this.#budget = budget;
  }

  /** Returns whether there is room for the service at all. */
  open(): boolean {
    return this.#budget.take(this.#ownBytes());
  }

  list(): StoredInstrument[] {
    return [...this.#instruments.values()];
  }

  /** Returns the process that reports a metric, or undefined if there is no room for another. */
  process({ resource }: Metric, now: number): Process | undefined {
    const json = processKey(resource);
    const process = this.#processes.get(json) ?? this.#newProcess(json, resource);
    if (process) process.seen = now;
    return process;
  }

  /** Returns the instrument of a metric, or undefined if there is no room for another. */
  instrument(metric: Metric, process: Process, now: number): StoredInstrument | undefined {
    const key = JSON.stringify([metric.scope, metric.name, kindOf(metric)]);
    const instrument = this.#instruments.get(key) ?? this.#newInstrument(key, metric);
    if (!instrument) return undefined;
    instrument.seen = now;
    instrument.totals.set(process, addTotals(instrument.totals.get(process), metric));
    this.#keepExport(instrument, metric);
    return instrument;
  }

  /** Writes a data point to its series. @returns false if there is no room for another series */
  keep({ instrument, process, metric, point, time, now }: Arrival): boolean {
    const series = this.#series(instrument, process, point);
    if (!series) return false;
    write(series, point, { isDelta: metric.temporality === 'delta', time, now, slot: slotOf(SCALE, time) });
    if (point.exemplars.length > 0) this.#keepExemplars(series, point, time);
    return true;
  }

  #series({ series }: StoredInstrument, { id, json }: Process, point: MetricPoint): Series | undefined {
    const key = `${id} ${attributesKey(point.attributes)}`;
    const known = series.get(key);
    if (known) return known;
    if (series.size >= MOST_SERIES) this.#budget.sweep();
    const bytes = seriesBytes(key, point);
    if (series.size >= MOST_SERIES || !this.#budget.take(bytes)) return undefined;
    const added = newSeries(json, point, bytes);
    series.set(key, added);
    return added;
  }

  /** Keeps the newest exemplars of a series, if there is room for them. */
  #keepExemplars(series: Series, point: MetricPoint, now: number): void {
    const exemplars = withExemplars(series, point, now);
    const bytes = (exemplars.length - series.exemplars.length) * EXEMPLAR;
    if (bytes > 0 && !this.#budget.take(bytes)) return;
    series.bytes += bytes;
    series.exemplars = exemplars;
  }

  /** Removes what nobody reports any longer. @returns whether nothing is left */
  removeStale(now: number): boolean {
    for (const [key, instrument] of this.#instruments) {
      this.#removeSeries(instrument, now);
      if (instrument.series.size === 0 && isStale(instrument, now)) this.#removeInstrument(key, instrument);
    }
    for (const process of this.#processes.values()) if (isStale(process, now)) this.#removeProcess(process);
    const isEmpty = this.#instruments.size === 0 && this.#processes.size === 0;
    if (isEmpty) this.#budget.free(this.#ownBytes());
    return isEmpty;
  }

  #newProcess(json: string, resource: Metric['resource']): Process | undefined {
    if (this.#processes.size >= MOST_PROCESSES) this.#budget.sweep();
    if (this.#processes.size >= MOST_PROCESSES || !this.#budget.take(processBytes(json))) return undefined;
    const process = { id: (this.#lastProcess += 1), json, resource, seen: 0 };
    this.#processes.set(json, process);
    return process;
  }

  #newInstrument(key: string, metric: Metric): StoredInstrument | undefined {
    if (!this.#budget.take(instrumentBytes(key, metric))) return undefined;
    const { scope, name, unit, description } = metric;
    const texts = { scope, name, kind: kindOf(metric), unit, description };
    const instrument = { ...texts, newest: '', seen: 0, totals: new Map(), series: new Map() };
    this.#instruments.set(key, instrument);
    return instrument;
  }

  #keepExport(instrument: StoredInstrument, metric: Metric): void {
    const newest = exportOf(metric);
    this.#budget.free(textBytes(instrument.newest));
    instrument.newest = this.#budget.take(textBytes(newest)) ? newest : '';
    if (instrument.newest === '') this.#budget.take(textBytes(''));
  }

  #removeSeries({ series }: StoredInstrument, now: number): void {
    for (const [key, one] of series) {
      if (!isStale(one, now)) continue;
      series.delete(key);
      this.#budget.free(one.bytes);
    }
  }

  #removeInstrument(key: string, instrument: StoredInstrument): void {
    this.#instruments.delete(key);
    this.#budget.free(instrumentBytes(key, instrument) + textBytes(instrument.newest) - textBytes(''));
  }

  #removeProcess(process: Process): void {
    this.#processes.delete(process.json);
    for (const { totals } of this.#instruments.values()) totals.delete(process);
    this.#budget.free(processBytes(process.json));
  }

  #ownBytes(): number {
    return 4 * OBJECT + textBytes(this.name);
  }
}

/** Memory for a process: its resource as an object and as JSON. */
const processBytes = (json: string): number => 3 * textBytes(json) + OBJECT;

/** Memory for an instrument without its series, in bytes. */
const instrumentBytes = (key: string, { unit, description }: Pick<Metric, 'unit' | 'description'>): number =>
  2 * textBytes(key) + textBytes(unit) + textBytes(description) + MOST_PROCESSES * OBJECT + 3 * OBJECT + textBytes('');

/** Memory for an exemplar, in bytes. */
const EXEMPLAR = 256;

/** Memory for a series without its exemplars, in bytes. */
export const seriesBytes = (key: string, { sum, bounds }: MetricPoint): number =>
  2 * textBytes(key) + (sum === undefined ? 1 : 2) * Grid.bytesOfValues(SCALE) + 3 * listBytes(bounds) + 2 * OBJECT;

/** Returns a metric as OTLP JSON, or '' if it is too large. Only some of the data points are kept of a large one. */
function exportOf({ otlp, points }: Metric): string {
  const whole = points.length <= MANY_POINTS ? JSON.stringify(otlp) : undefined;
  if (whole !== undefined && whole.length <= LARGEST_EXPORT) return whole;
  const short = JSON.stringify(otlp, (key, value: unknown) =>
    key === 'dataPoints' && Array.isArray(value) ? value.slice(0, FEW_POINTS) : value,
  );
  return short.length <= LARGEST_EXPORT ? short : '';
}

export const parsedExport = ({ newest }: StoredInstrument): JsonObject | undefined =>
  newest === '' ? undefined : (JSON.parse(newest) as JsonObject);
