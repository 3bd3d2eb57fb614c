// What the guide has received of the lab's metrics and logs. The Collector sends them. All of it is in memory, within
// fixed limits, whatever arrives.
import type { JsonObject } from '../../../../otlp/json.ts';
import { metricsFromOtlp } from '../../../../otlp/metrics.ts';
import type { Dropped, SignalState } from '../../explore-contract.ts';
import { InstrumentStore } from './instrument-store.ts';
import type { RecentInstrument } from './instrument-store.ts';
import type { InstrumentTotals } from './instrument.ts';
import { LogStore } from './log-store.ts';
import { Losses } from './losses.ts';
import type { Metrics } from './metrics.ts';
import { Probes } from './probes.ts';
import type { TelemetrySignal } from './probes.ts';
import { PrometheusMetrics } from './prometheus-metrics.ts';
import { isRed, RedStore } from './red-store.ts';

interface TelemetryOptions {
  readonly now?: () => number;
  /** Why nothing will arrive, if it is so: a sentence for the page. */
  readonly unavailable?: string | undefined;
  /** URL of Prometheus, if the lab has one. Then the pages read metrics from there. */
  readonly prometheus?: string | undefined;
}

export class Telemetry {
  readonly logs: LogStore;
  readonly metrics: Metrics;
  readonly #losses: Losses;
  readonly #probes = new Probes();
  readonly #red: RedStore;
  readonly #instruments: InstrumentStore;
  readonly #now: () => number;
  readonly #since: number;
  readonly #unavailable: string | undefined;
  #latest: number | undefined;
  #latestCharts: number | undefined;

  /** @param options how this differs from a guide that receives everything and keeps it in memory */
  constructor({ now = Date.now, unavailable, prometheus }: TelemetryOptions = {}) {
    this.#now = now;
    this.#since = now();
    this.#unavailable = unavailable;
    this.logs = new LogStore(now, unavailable);
    this.#losses = new Losses('metrics', now);
    this.#red = new RedStore(this.#losses, now);
    this.#instruments = new InstrumentStore(this.#losses, now);
    this.metrics = prometheus ? new PrometheusMetrics(prometheus, this.#ownMetrics(), now) : this.#ownMetrics();
  }

  /**
   * Takes a request for /v1/metrics or /v1/logs.
   * @param body OTLP JSON
   * @throws SyntaxError if the body is not JSON
   */
  accept(signal: TelemetrySignal, body: Buffer | string): void {
    const document = this.#probes.take(signal, JSON.parse(body.toString()));
    if (signal === 'logs') return this.logs.add(document);
    this.#latest = this.#now();
    for (const metric of metricsFromOtlp(document)) {
      if (isRed(metric)) this.#latestCharts = this.#latest;
      (isRed(metric) ? this.#red : this.#instruments).add(metric);
    }
  }

  /** Counts what the guide refused of the requests for a signal, or kept only in part. */
  lost(signal: TelemetrySignal, reason: 'size' | 'cut' | 'busy' | 'format', example: string, count = 1): void {
    (signal === 'logs' ? this.logs.losses : this.#losses).add(reason, example, count);
  }

  /** Returns what the guide did not keep of a signal. */
  losses(signal: TelemetrySignal): Dropped[] {
    return (signal === 'logs' ? this.logs.losses : this.#losses).list();
  }

  /** When the newest figures for the charts arrived. */
  get latestCharts(): number | undefined {
    return this.#latestCharts;
  }

  /** Returns whether a probe has arrived. */
  hasProbe(signal: TelemetrySignal, id: string): boolean {
    return this.#probes.has(signal, id);
  }

  /** Whether the guide has a receiver. */
  get isReceiving(): boolean {
    return this.#unavailable === undefined;
  }

  /** How many data points of metrics the guide has had no room for. */
  get lostPoints(): number {
    return this.#losses.list().find(({ reason }) => reason === 'series')?.count ?? 0;
  }

  /** Returns the newest export of an instrument as OTLP JSON, or undefined if there is none. */
  newestExport(service: string, name: string): JsonObject | undefined {
    return this.#instruments.newestExport(service, name);
  }

  /** Returns what each process has reported of each instrument, over all attribute sets. */
  totals(): InstrumentTotals[] {
    return this.#instruments.totals();
  }

  /** Returns the instruments of which a value has arrived since then. They are those in the guide's own memory. */
  recentInstruments(since: number): RecentInstrument[] {
    return this.#instruments.recent(since);
  }

  #ownMetrics(): Metrics {
    return {
      charts: (minutes) => Promise.resolve({ ...this.#red.charts(minutes), state: this.#state(this.#latestCharts) }),
      instruments: (service, minutes) =>
        Promise.resolve({ ...this.#instruments.instruments(service, minutes), state: this.#state(this.#latest) }),
    };
  }

  #state(latest: number | undefined): SignalState {
    return {
      signal: 'metrics',
      source: 'memory',
      ...(latest === undefined ? {} : { latest }),
      bytes: this.#red.bytes + this.#instruments.bytes,
      limit: this.#red.limit + this.#instruments.limit,
      since: this.#since,
      ...(this.#unavailable === undefined ? {} : { unavailable: this.#unavailable }),
      dropped: this.#losses.list(),
    };
  }
}
