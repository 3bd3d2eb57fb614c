// Reads from the learner's collector.yaml what no telemetry shows: the order of its processors, and why one of them has
// no effect.
import { collectorYaml, tracesProcessors, typeOf } from '../../../apps/guide/collector-yaml.ts';
import type { Problem } from '../../engine/findings.ts';

/** Returns a processor of one of these types that collector.yaml defines, but that the pipeline doesn't list. */
export function unlistedProcessor(yaml: string, types: readonly string[]): string | undefined {
  const listed = tracesProcessors(yaml) ?? [];
  const defined = Object.keys(collectorYaml(yaml)?.processors ?? {});
  return defined.find((name) => types.includes(typeOf(name)) && !listed.includes(name));
}

/** Returns a listed sampler that keeps every trace, with its percentage. */
export function samplerOfAll(yaml: string): { name: string; percentage: number } | undefined {
  const processors = collectorYaml(yaml)?.processors ?? {};
  const samplers = (tracesProcessors(yaml) ?? []).filter((name) => typeOf(name) === 'probabilistic_sampler');
  return samplers
    .map((name) => ({ name, percentage: Number(processors[name]?.['sampling_percentage']) }))
    .find(({ percentage }) => percentage >= 100);
}

const why =
  'Each processor hands on to the next: memory_limiter refuses data before others spend memory on it, and batch ' +
  'packs what all others have let through.';

export function troubleWithOrder(yaml: string): Problem | undefined {
  const names = tracesProcessors(yaml);
  if (!names) return undefined;
  const types = names.map(typeOf);
  const found = `[${names.join(', ')}]`;
  if (types[0] !== 'memory_limiter') return { found, hint: `Put memory_limiter first. ${why}` };
  if (types.at(-1) !== 'batch') return { found, hint: `Put batch last. ${why}` };
  if (types.includes('k8sattributes')) return undefined;
  return {
    found,
    hint: 'A list replaces the list that was there: name k8sattributes again, so that spans tell their pod.',
  };
}

/**
 * Explains that the Collector ignores a part of the file, or returns undefined. After a line `{}`, which is a complete
 * configuration, it reads no further.
 */
export function ignoredText(yaml: string): string | undefined {
  const lines = yaml.split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim());
  const first = lines.findIndex((line) => line !== '' && line !== '---');
  if (lines[first] !== '{}' || !lines.slice(first + 1).some((line) => line !== '')) return undefined;
  const line = `Line ${first + 1} of collector.yaml is {}, which is an empty configuration.`;
  return `${line} The Collector ignores what is below: delete that line.`;
}
