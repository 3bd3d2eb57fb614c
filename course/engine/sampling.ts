// Explains a failed check by a sampler in collector.yaml. A learner may have brought it back from an earlier step.
import { tracesProcessors, typeOf } from '../../apps/guide/collector-yaml.ts';
import type { Files, Verdict } from '../../apps/guide/contract.ts';

interface Lab {
  files(): Promise<Files | undefined>;
}

const SAMPLERS = ['probabilistic_sampler', 'tail_sampling'];

/** Returns the name of a sampler that collector.yaml lists for the traces pipeline, or undefined. */
export const samplerIn = (yaml: string): string | undefined =>
  tracesProcessors(yaml)?.find((name) => SAMPLERS.includes(typeOf(name)));

/** Begins the hint of a failed verdict with the sampler that may have dropped what the check misses. */
export async function withSampler(lab: Lab, verdict: Verdict): Promise<Verdict> {
  if (verdict.passed) return verdict;
  const sampler = samplerIn((await lab.files().catch(() => undefined))?.['collector.yaml'] ?? '');
  if (sampler === undefined) return verdict;
  const why = `collector.yaml lists ${sampler}, which drops traces, and this step needs all of them`;
  return { ...verdict, hint: `${why}: take it out of the list, then Run. ${verdict.hint}` };
}
