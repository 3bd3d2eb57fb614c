// Defines a benchmark, and the rows that it adds to the table.

export interface Row {
  what: string;
  /** × is a ratio. A count has an empty unit. */
  unit: 's' | 'MiB' | '/s' | '×' | '';
  value: number;
  /** The limit; none for a row that only explains others. */
  bound?: { atMost: number } | { atLeast: number };
  /** The figures behind the value. */
  samples?: readonly number[];
}

export interface Benchmark {
  name: string;
  /** One line for the help text. */
  about: string;
  /**
   * What it runs on: a cluster with a node, shared with other benchmarks, or its own control plane with simulated
   * nodes.
   */
  cluster: 'lab' | 'scale';
  /** Whether it reads the API server's audit log of the operator. The log slows the operator's requests a little. */
  audited?: true;
  /** `anew` replaces the benchmark's cluster with one that has just started. */
  run(detail: (text: string) => void, anew: () => Promise<void>): Promise<readonly Row[]>;
}

export function holds({ value, bound }: Row): boolean {
  if (bound === undefined) return true;
  return 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast;
}

export function seconds(began: number): number {
  return (performance.now() - began) / 1000;
}

export function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}

export const MEBIBYTE = 2 ** 20;
