// Reads from the learner's collector.yaml what no telemetry shows: the order of its processors, and why one of them has
// no effect.
import { collectorYaml, samplingShares, tracesProcessors, typeOf } from '../../../apps/guide/collector-yaml.ts';
import type { Problem } from '../../engine/findings.ts';

/** Returns a processor of one of these types that collector.yaml defines, but that the pipeline doesn't list. */
export function unlistedProcessor(yaml: string, types: readonly string[]): string | undefined {
  const listed = tracesProcessors(yaml) ?? [];
  const defined = Object.keys(collectorYaml(yaml)?.processors ?? {});
  return defined.find((name) => types.includes(typeOf(name)) && !listed.includes(name));
}

/**
 * Returns what to do about a listed sampler with another share than the step asks for, or undefined. Somebody who
 * writes a number below 1 has probably thought of a share, and the number is a percentage.
 */
export function shareHint(yaml: string): string | undefined {
  const wrong = samplingShares(yaml).find(({ percentage }) => !(percentage >= 5 && percentage <= 95));
  if (wrong === undefined) return undefined;
  const { name, percentage } = wrong;
  const effect = percentage >= 100 ? 'keeps all' : `means ${percentage} % of the traces`;
  return `${name} has sampling_percentage: ${percentage}, which ${effect}. Set a number from 5 to 95, such as 50.`;
}

/** Returns the keys of the actions of all processors in collector.yaml. */
export function keysOf(yaml: string, isWanted: (action: string) => boolean): string[] {
  const processors = Object.values(collectorYaml(yaml)?.processors ?? {});
  const lists = processors.flatMap((processor) => [processor?.['actions'], processor?.['attributes']]);
  const actions = lists.flatMap((list) => (Array.isArray(list) ? (list as (Action | null)[]) : []));
  return actions.flatMap((one) => (one && isWanted(String(one.action)) ? [String(one.key)] : []));
}

interface Action {
  readonly key?: unknown;
  readonly action?: unknown;
}

const why =
  'Each processor hands on to the next: memory_limiter refuses data before others spend memory on it, and batch ' +
  'packs what all others have let through.';

export function troubleWithOrder(yaml: string): Problem | undefined {
  const names = tracesProcessors(yaml);
  if (!names) return undefined;
  const types = names.map(typeOf);
  const found = `[${names.join(', ')}]`;
  if (types[0] !== 'memory_limiter')
    return { id: '05-collector/order', found, hint: `Put memory_limiter first. ${why}` };
  if (types.at(-1) !== 'batch') return { id: '05-collector/order', found, hint: `Put batch last. ${why}` };
  if (types.includes('k8sattributes')) return undefined;
  return {
    id: '05-collector/no-k8sattributes',
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
