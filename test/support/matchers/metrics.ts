// Reads numbers from the text of a /metrics endpoint.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Returns the samples of one metric. `name` is the whole name. For a histogram it ends with _count, _sum or _bucket.
 */
export function samplesOf(text: string, name: string): Sample[] {
  const lines = text.split('\n').filter((line) => line.startsWith(name) && /^[{ ]/.test(line.slice(name.length)));
  return lines.map((line) => {
    const [, labels = '', value = ''] = /^[^{ ]+(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    return { labels: labelsIn(labels), value: Number(value) };
  });
}

function labelsIn(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', value = '']) => [key, value]),
  );
}

/** Sums the samples whose labels `which` accepts. */
export function total(samples: readonly Sample[], which: (labels: Sample['labels']) => boolean = () => true): number {
  return samples.filter(({ labels }) => which(labels)).reduce((sum, { value }) => sum + value, 0);
}
