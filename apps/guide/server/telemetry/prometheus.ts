// A client for Prometheus' HTTP API. https://prometheus.io/docs/prometheus/latest/querying/api/
import { listIn, objectIn, objectsIn, textIn } from '../../../../otlp/json.ts';
import type { JsonObject } from '../../../../otlp/json.ts';
import { messageOf } from '../../../../support/errors.ts';
import { getJson } from '../../../../support/http.ts';

const TIMEOUT = 10_000;
/** The largest answer in bytes, and the most series in one. */
const [LARGEST, MOST_SERIES] = [6 * 2 ** 20, 1_000];

/** The most times in one question. */
const MOST_TIMES = 36;

export type Labels = Readonly<Record<string, string>>;

export interface PrometheusSeries {
  readonly labels: Labels;
  /** The value at each time, in milliseconds since the epoch. Times without a value are missing. */
  readonly values: ReadonlyMap<number, number>;
}

export interface PrometheusExemplar {
  /** Labels of the series, and those of the exemplar. */
  readonly series: Labels;
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Some times, evenly spaced, in milliseconds since the epoch. */
export interface TimeRange {
  readonly times: readonly number[];
  readonly step: number;
}

export class Prometheus {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * Returns the values of an expression at each of the times. It asks for a few minutes at a time, because Prometheus
   * holds all values of an answer in memory, and has little.
   */
  async range(query: string, { times, step }: TimeRange): Promise<PrometheusSeries[]> {
    const found = new Map<string, { labels: Labels; values: Map<number, number> }>();
    for (let from = 0; from < times.length; from += MOST_TIMES)
      for (const { metric, values } of await this.#matrix(query, {
        times: times.slice(from, from + MOST_TIMES),
        step,
      })) {
        const key = JSON.stringify(metric);
        const series = found.get(key) ?? { labels: labelsIn(metric), values: new Map<number, number>() };
        for (const [time, value] of listIn(values).map(sampleIn)) series.values.set(time, value);
        found.set(key, series);
      }
    return [...found.values()];
  }

  async #matrix(query: string, { times, step }: TimeRange): Promise<JsonObject[]> {
    const data = await this.#get('query_range', {
      ...{ query, start: seconds(times[0]), end: seconds(times.at(-1)) },
      ...{ step: String(step / 1_000), limit: String(MOST_SERIES) },
    });
    return objectsIn(objectIn(data)['result']);
  }

  /** Returns the values of an expression at one time. */
  async instant(query: string, time: number): Promise<{ labels: Labels; value: number }[]> {
    const data = await this.#get('query', { query, time: seconds(time), limit: String(MOST_SERIES) });
    return objectsIn(objectIn(data)['result']).map(({ metric, value }) => ({
      labels: labelsIn(metric),
      value: sampleIn(value)[1],
    }));
  }

  /** Returns the exemplars of the series that an expression selects. */
  async exemplars(query: string, { times }: TimeRange): Promise<PrometheusExemplar[]> {
    const data = await this.#get('query_exemplars', { query, start: seconds(times[0]), end: seconds(times.at(-1)) });
    return objectsIn(data).flatMap(({ seriesLabels, exemplars }) =>
      objectsIn(exemplars).map(({ labels, value, timestamp }) => ({
        series: labelsIn(seriesLabels),
        labels: labelsIn(labels),
        value: Number(value),
        time: Math.round(Number(timestamp) * 1_000),
      })),
    );
  }

  async #get(path: string, parameters: Record<string, string>): Promise<unknown> {
    const url = `${this.#url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
    try {
      return (await getJson<JsonObject>(url, { limit: LARGEST, signal: AbortSignal.timeout(TIMEOUT) }))['data'];
    } catch (error) {
      throw new Error(`expected metrics from Prometheus, found: ${messageOf(error)}`, { cause: error });
    }
  }
}

const seconds = (time = 0): string => String(time / 1_000);

const sampleIn = (sample: unknown): [time: number, value: number] => {
  const [time, value] = listIn(sample);
  return [Math.round(Number(time) * 1_000), Number(value)];
};

const labelsIn = (labels: unknown): Labels =>
  Object.fromEntries(Object.entries(objectIn(labels)).map(([name, value]) => [name, textIn(value)]));
