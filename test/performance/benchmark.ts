// The types of a benchmark and of the rows that it adds to the table of results.

export interface Row {
  what: string;
  /** The unit of the value. `×` marks a ratio, and an empty unit marks a count. */
  unit: 's' | 'ms' | 'MiB' | '/s' | '×' | '%' | '';
  value: number;
  /** The limit that the project promises for the value. A row without a limit only explains other rows. */
  bound?: { atMost: number } | { atLeast: number };
  /** The single measurements from which the value is computed. */
  samples?: readonly number[];
}

export interface Benchmark {
  name: string;
  /** The benchmark's line in the help text. */
  about: string;
  /**
   * The cluster that the benchmark needs. `lab` has a node and is shared with other benchmarks. `scale` is a control
   * plane of its own with simulated nodes. `none` needs no cluster.
   */
  cluster: 'lab' | 'scale' | 'none';
  /**
   * Whether the benchmark reads the operator's requests in the API server's audit log. Writing this log makes the
   * requests a little slower.
   */
  audited?: true;
  /** Whether the benchmark runs only if `--only` names it, because it takes hours. */
  onlyByName?: true;
  /** Runs the measurement. `detail` shows progress. `anew` replaces the benchmark's cluster with a new cluster. */
  run(detail: (text: string) => void, anew: () => Promise<void>): Promise<readonly Row[]>;
}

export function holds({ value, bound }: Row): boolean {
  if (bound === undefined) return true;
  return 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast;
}

export function seconds(began: number): number {
  return (performance.now() - began) / 1000;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** Returns the sample below which this share (0 to 1) of all samples lie. NaN if there are none. */
export function percentile(samples: readonly number[], share: number): number {
  const rank = Math.min(Math.floor(samples.length * share), samples.length - 1);
  return samples.toSorted((a, b) => a - b)[rank] ?? Number.NaN;
}

export const MEBIBYTE = 2 ** 20;
