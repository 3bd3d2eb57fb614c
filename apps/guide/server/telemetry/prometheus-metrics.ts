// Reads the metrics for the pages from Prometheus, if the lab has one. Of which kind an instrument is, and what it is
// called, the guide knows from the exports that it has received itself.
import type { Charts, Instruments, SignalState } from '../../explore-contract.ts';
import type { Metrics } from './metrics.ts';
import { chartsFrom } from './prometheus-charts.ts';
import { instrumentsFrom } from './prometheus-instruments.ts';
import { Prometheus } from './prometheus.ts';

/** How long an answer is good for other pages, in milliseconds. */
const FRESH = 2_000;

export class PrometheusMetrics implements Metrics {
  readonly #prometheus: Prometheus;
  readonly #own: Metrics;
  readonly #now: () => number;
  #newest: { minutes: number; time: number; charts: Promise<Charts> } | undefined;

  /** @param own what the guide has received itself */
  constructor(url: string, own: Metrics, now: () => number) {
    this.#prometheus = new Prometheus(url);
    this.#own = own;
    this.#now = now;
  }

  /** Several pages share an answer, because Prometheus has little memory. */
  charts(minutes: number): Promise<Charts> {
    const [newest, now] = [this.#newest, this.#now()];
    if (newest?.minutes === minutes && now - newest.time < FRESH) return newest.charts;
    const charts = this.#charts(minutes);
    this.#newest = { minutes, time: now, charts };
    return charts;
  }

  async instruments(service: string, minutes: number): Promise<Instruments> {
    const { state, instruments, ...range } = await this.#own.instruments(service, minutes);
    const found = await instrumentsFrom(this.#prometheus, { service, instruments, range });
    return { ...range, instruments: found, state: stateOf(state) };
  }

  async #charts(minutes: number): Promise<Charts> {
    const { state, times, step } = await this.#own.charts(minutes);
    const services = await chartsFrom(this.#prometheus, { times, step });
    return { times, step, services, state: stateOf(state) };
  }
}

/** Returns the state without what is about the guide's own memory. */
function stateOf({ signal, latest, since, dropped, unavailable }: SignalState): SignalState {
  return {
    ...{ signal, source: 'prometheus', since, dropped },
    ...(latest !== undefined && { latest }),
    ...(unavailable !== undefined && { unavailable }),
  };
}
