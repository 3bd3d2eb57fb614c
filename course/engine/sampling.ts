// Explains what a check misses by a sampler: one in collector.yaml, which a learner may have brought back from an
// earlier step, or that of dice.
import { collectorYaml, tracesProcessors, typeOf } from '../../apps/guide/collector-yaml.ts';
import type { Files, Verdict } from '../../apps/guide/contract.ts';
import { droppingSampler } from '../../apps/guide/server/lab/dice-sampler.ts';

interface Lab {
  files(): Promise<Files | undefined>;
  settings(): Promise<Readonly<Record<string, string | undefined>>>;
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

const NEEDED = 'this step needs all of them';

/** Returns what to do about a sampler of dice that drops traces, or undefined if it keeps all. */
export function diceSamplerHint(settings: Readonly<Record<string, string | undefined>>): string | undefined {
  const sampler = droppingSampler(settings);
  return sampler && `${sampler.says}. As ${NEEDED}, take OTEL_TRACES_SAMPLER out of settings.env, then Run.`;
}

function collectorSamplerHint(yaml: string): string | undefined {
  const sampler = samplerIn(yaml);
  return (
    sampler && `collector.yaml lists ${sampler}, which drops traces, and ${NEEDED}: take it out of the list, then Run.`
  );
}

/** Returns what to do about the samplers that drop traces, or undefined if all traces are kept. */
export async function samplerHint(lab: Lab): Promise<string | undefined> {
  const [files, settings] = await Promise.all([lab.files().catch(() => undefined), lab.settings()]);
  const hints = [diceSamplerHint(settings), collectorSamplerHint(files?.['collector.yaml'] ?? '')];
  return hints.filter((hint) => hint !== undefined).join(' ') || undefined;
}

/**
 * Ends the hint of a failed verdict with the samplers. A sampler does not explain what a span looks like, so the
 * verdict's own hint comes first. A hint that begins with the samplers stays as it is.
 */
export const withSampler = (verdict: Verdict, sampler: string | undefined): Verdict =>
  verdict.passed || sampler === undefined || verdict.hint.includes(sampler)
    ? verdict
    : { ...verdict, hint: `${verdict.hint} Besides, ${sampler}` };
