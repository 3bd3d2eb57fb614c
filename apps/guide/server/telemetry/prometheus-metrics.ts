// Reads the metrics for the pages from Prometheus, if the lab has one. Of which kind an instrument is, and what it is
// called, the guide knows from the exports that it has received itself. While Prometheus doesn't answer, the pages get
// what the guide has in its own memory, and a sentence that says so.
import { messageOf } from '../../../../support/errors.ts';
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
    const own = await this.#own.instruments(service, minutes);
    const { state, instruments, services, ...range } = own;
    return orOwn(own, async () => {
      const found = await instrumentsFrom(this.#prometheus, { service, instruments, range });
      return { ...range, instruments: found, services, state: stateOf(state) };
    });
  }

  async #charts(minutes: number): Promise<Charts> {
    const own = await this.#own.charts(minutes);
    const { state, times, step, window } = own;
    return orOwn(own, async () => {
      const services = await chartsFrom(this.#prometheus, { times, step });
      return { times, step, window, services, state: stateOf(state) };
    });
  }
}

/** Returns the answer that Prometheus has, or else that of the guide's own memory. */
async function orOwn<T extends Charts | Instruments>(own: T, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    return { ...own, state: { ...own.state, fallback: fallbackFor(error) } };
  }
}

const fallbackFor = (error: unknown): string =>
  `These metrics are from the guide's memory: ${messageOf(error)}. Prometheus starts anew when it exceeds its memory ` +
  'limit, for example because an attribute with many values makes many series.';

/** Returns the state without what is about the guide's own memory. */
function stateOf({ signal, latest, since, dropped, unavailable }: SignalState): SignalState {
  return {
    ...{ signal, source: 'prometheus', since, dropped },
    ...(latest !== undefined && { latest }),
    ...(unavailable !== undefined && { unavailable }),
  };
}
