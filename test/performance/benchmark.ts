// What a benchmark is, and the rows it gives for the table.

export interface Row {
  what: string;
  /** × is a ratio; empty for a number of things. */
  unit: 's' | 'MiB' | '/s' | '×' | '';
  value: number;
  /** What it must be; none for a row that only explains others. */
  bound?: { atMost: number } | { atLeast: number };
  /** What the value was computed from. */
  samples?: readonly number[];
}

export interface Benchmark {
  name: string;
  /** In a line, for the help. */
  about: string;
  /** What it is measured on: a cluster with a node, shared with others; or a control plane for simulated nodes, its own. */
  cluster: 'lab' | 'scale';
  /** Whether it reads the API server's audit log of the operator, which costs the operator's requests something. */
  audited?: true;
  /** `anew` gives it another cluster, just started, in place of the one it has. */
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
