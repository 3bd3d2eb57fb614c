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

/** The most series of one instrument in one process, so that one can't take the place of all others. */
const MOST_SERIES = 100;
/** The most processes of a service. Each restart is another. */
const MOST_PROCESSES = 8;
/** A process may take this many times as much as it leaves unused. So the next process has room at once. */
const TIMES = 3;
/** The largest export that is kept as OTLP JSON, and how many data points are kept of a larger one. */
const [LARGEST_EXPORT, MANY_POINTS, FEW_POINTS] = [16 * 1024, 100, 10];

/** A process that reports instruments. */
export interface Process {
  /** The resource's attributes as JSON. */
  readonly json: string;
  readonly resource: Metric['resource'];
  /** Bytes that its series and the instruments that it reported first have taken. */
  used: number;
  seen: number;
}

/** What a process has reported of an instrument. */
interface Report {
  totals: ProcessTotals | undefined;
  readonly series: Map<string, Series>;
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
  /** The process that reported it first. Its part of the memory has the instrument. */
  readonly owner: Process;
  readonly reports: Map<Process, Report>;
}

/** Returns the series of all processes. */
export const seriesIn = ({ reports }: StoredInstrument): Series[] =>
  [...reports.values()].flatMap(({ series }) => [...series.values()]);

/** A data point of an instrument. */
interface Arrival {
  readonly report: Report;
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
  /** When the newest metric arrived. */
  #seen = Infinity;

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
    this.#seen = now;
    const json = processKey(resource);
    const process = this.#processes.get(json) ?? this.#newProcess(json, resource);
    if (process) process.seen = now;
    return process;
  }

  /** Takes an export of an instrument. @returns what the process reports of it, or undefined if there is no room */
  report(metric: Metric, process: Process, now: number): Report | undefined {
    const key = JSON.stringify([metric.scope, metric.name, kindOf(metric)]);
    const instrument = this.#instruments.get(key) ?? this.#newInstrument(key, metric, process);
    if (!instrument) return undefined;
    instrument.seen = now;
    this.#keepExport(instrument, metric);
    const report = instrument.reports.get(process) ?? this.#newReport(instrument, process);
    if (report) report.totals = addTotals(report.totals, metric);
    return report;
  }

  #newReport({ reports }: StoredInstrument, process: Process): Report | undefined {
    if (!this.#take(process, REPORT)) return undefined;
    const report: Report = { totals: undefined, series: new Map() };
    reports.set(process, report);
    return report;
  }

  /** Writes a data point to its series. @returns false if there is no room for another series */
  keep({ report, process, metric, point, time, now }: Arrival): boolean {
    const series = this.#series(report, process, point);
    if (!series) return false;
    write(series, point, { isDelta: metric.temporality === 'delta', time, now, slot: slotOf(SCALE, time) });
    if (point.exemplars.length > 0) this.#keepExemplars(series, process, { point, time });
    return true;
  }

  #series({ series }: Report, process: Process, point: MetricPoint): Series | undefined {
    const key = attributesKey(point.attributes);
    const known = series.get(key);
    if (known) return known;
    if (series.size >= MOST_SERIES) this.#budget.sweep();
    const bytes = seriesBytes(key, point);
    if (series.size >= MOST_SERIES || !this.#take(process, bytes)) return undefined;
    const added = newSeries(point, bytes);
    series.set(key, added);
    return added;
  }

  /** Keeps the newest exemplars of a series, if there is room for them. */
  #keepExemplars(series: Series, process: Process, { point, time }: Pick<Arrival, 'point' | 'time'>): void {
    const exemplars = withExemplars(series, point, time);
    const bytes = (exemplars.length - series.exemplars.length) * EXEMPLAR;
    if (bytes > 0 && !this.#take(process, bytes)) return;
    series.bytes += bytes;
    series.exemplars = exemplars;
  }

  /** Takes memory for a process. @returns whether there was room that it may take */
  #take(process: Process, bytes: number): boolean {
    const fits = (): boolean => process.used + bytes <= TIMES * (this.#budget.unused - bytes);
    if (!fits()) this.#budget.sweep();
    if (!fits() || !this.#budget.take(bytes)) return false;
    process.used += bytes;
    return true;
  }

  /** Removes what nobody reports any longer. @returns whether nothing is left */
  removeStale(now: number): boolean {
    for (const [key, instrument] of this.#instruments) {
      for (const [process, report] of instrument.reports) this.#removeSeries(report, process, now);
      if (seriesIn(instrument).length === 0 && isStale(instrument, now)) this.#removeInstrument(key, instrument);
    }
    for (const process of this.#processes.values()) if (isStale(process, now)) this.#removeProcess(process);
    const isEmpty = this.#instruments.size === 0 && this.#processes.size === 0 && isStale({ seen: this.#seen }, now);
    if (isEmpty) this.#budget.free(this.#ownBytes());
    return isEmpty;
  }

  #newProcess(json: string, resource: Metric['resource']): Process | undefined {
    this.#budget.sweep();
    if (this.#processes.size >= MOST_PROCESSES || !this.#budget.take(processBytes(json))) return undefined;
    const process = { json, resource, used: 0, seen: 0 };
    this.#processes.set(json, process);
    return process;
  }

  #newInstrument(key: string, metric: Metric, process: Process): StoredInstrument | undefined {
    if (!this.#take(process, instrumentBytes(key, metric))) return undefined;
    const { scope, name, unit, description } = metric;
    const texts = { scope, name, kind: kindOf(metric), unit, description };
    const instrument = { ...texts, newest: '', seen: 0, owner: process, reports: new Map<Process, Report>() };
    this.#instruments.set(key, instrument);
    return instrument;
  }

  #keepExport(instrument: StoredInstrument, metric: Metric): void {
    const newest = exportOf(metric);
    this.#budget.free(textBytes(instrument.newest));
    instrument.newest = this.#budget.take(textBytes(newest)) ? newest : '';
    if (instrument.newest === '') this.#budget.take(textBytes(''));
  }

  #free(process: Process, bytes: number): void {
    process.used -= bytes;
    this.#budget.free(bytes);
  }

  #removeSeries({ series }: Report, process: Process, now: number): void {
    for (const [key, one] of series) {
      if (!isStale(one, now)) continue;
      series.delete(key);
      this.#free(process, one.bytes);
    }
  }

  #removeInstrument(key: string, instrument: StoredInstrument): void {
    this.#instruments.delete(key);
    for (const process of instrument.reports.keys()) this.#free(process, REPORT);
    this.#free(instrument.owner, instrumentBytes(key, instrument));
    this.#budget.free(textBytes(instrument.newest) - textBytes(''));
  }

  #removeProcess(process: Process): void {
    this.#processes.delete(process.json);
    this.#budget.free(processBytes(process.json));
    for (const { reports } of this.#instruments.values()) if (reports.delete(process)) this.#budget.free(REPORT);
  }

  #ownBytes(): number {
    return 4 * OBJECT + textBytes(this.name);
  }
}

/** Memory for a process: its resource as an object and as JSON. */
const processBytes = (json: string): number => 3 * textBytes(json) + OBJECT;

/** Memory for what a process reports of an instrument without its series, in bytes. */
const REPORT = 3 * OBJECT;

/** Memory for an instrument without what processes report of it, in bytes. */
const instrumentBytes = (key: string, { unit, description }: Pick<Metric, 'unit' | 'description'>): number =>
  2 * textBytes(key) +
  textBytes(unit) +
  textBytes(description) +
  2 * MOST_PROCESSES * OBJECT +
  3 * OBJECT +
  textBytes('');

/** Memory for an exemplar, in bytes. */
const EXEMPLAR = 256;

/** Memory for a series without its exemplars, in bytes. */
export const seriesBytes = (key: string, { sum, bounds, quantiles }: MetricPoint): number =>
  2 * textBytes(key) +
  (sum === undefined ? 1 : 2) * Grid.bytesOfValues(SCALE) +
  3 * listBytes(bounds) +
  (2 + quantiles.length) * OBJECT;

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
