// Explains a failed check by a sampler in collector.yaml. A learner may have brought it back from an earlier step.
import { collectorYaml, tracesProcessors, typeOf } from '../../apps/guide/collector-yaml.ts';
import type { Files, Verdict } from '../../apps/guide/contract.ts';

interface Lab {
  files(): Promise<Files | undefined>;
}

const SAMPLERS = ['probabilistic_sampler', 'tail_sampling'];

/** Returns the name of a sampler that collector.yaml lists for the traces pipeline, unless it keeps every trace. */
export function samplerIn(yaml: string): string | undefined {
  const defined = collectorYaml(yaml)?.processors ?? {};
  const isDropping = (name: string) => SAMPLERS.includes(typeOf(name)) && !keepsAll(defined[name] ?? {});
  return tracesProcessors(yaml)?.find(isDropping);
}

function keepsAll({ sampling_percentage: percentage, policies }: Readonly<Record<string, unknown>>): boolean {
  const types = (Array.isArray(policies) ? policies : []).map((policy: { type?: unknown } | null) => policy?.type);
  return Number(percentage) >= 100 || (types.includes('always_sample') && !types.includes('drop'));
}

/** Begins the hint of a failed verdict with the sampler that may have dropped what the check misses. */
export async function withSampler(lab: Lab, verdict: Verdict): Promise<Verdict> {
  if (verdict.passed) return verdict;
  const sampler = samplerIn((await lab.files().catch(() => undefined))?.['collector.yaml'] ?? '');
  if (sampler === undefined) return verdict;
  const why = `collector.yaml lists ${sampler}, which drops traces, and this step needs all of them`;
  return { ...verdict, hint: `${why}: take it out of the list, then Run. ${verdict.hint}` };
}
