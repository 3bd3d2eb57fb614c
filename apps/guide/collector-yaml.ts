// Reads the learner's collector.yaml as the Collector does, with a YAML parser, so that a comment, a definition or a
// list of another pipeline counts as what it is.
import { parse } from 'yaml';

/** The parts of a pipeline that are lists of components. */
export interface Pipeline {
  readonly receivers?: unknown;
  readonly processors?: unknown;
  readonly exporters?: unknown;
}

type Definitions = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

export interface CollectorYaml {
  readonly receivers?: Definitions | null;
  readonly processors?: Definitions | null;
  readonly exporters?: Definitions | null;
  readonly connectors?: Definitions | null;
  readonly service?: { readonly pipelines?: Readonly<Record<string, Pipeline | null>> | null } | null;
}

/** Returns the configuration, or undefined if the text is not YAML. Then the Collector itself says why. */
export function collectorYaml(text: string): CollectorYaml | undefined {
  try {
    return (parse(text) as CollectorYaml | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the components that the text names for a part of a pipeline, or undefined if it names none. Then the lab's
 * own list counts.
 */
export function listedIn(text: string, pipeline: string, part: keyof Pipeline): string[] | undefined {
  const names = collectorYaml(text)?.service?.pipelines?.[pipeline]?.[part];
  return Array.isArray(names) && names.length > 0 ? names.map(String) : undefined;
}

/** Returns the processors that the text names for the traces pipeline, or undefined if it names none. */
export const tracesProcessors = (text: string): string[] | undefined => listedIn(text, 'traces', 'processors');

/** Returns the type of a component: the part of its name before the slash. */
export const typeOf = (name: string): string => name.split('/', 1)[0] ?? name;

/** A sampler that keeps a share of the traces, in percent. */
export interface Share {
  readonly name: string;
  readonly percentage: number;
}

/** Returns the listed samplers that keep a share of the traces. Without a percentage, a sampler keeps none. */
export function samplingShares(text: string): Share[] {
  const processors = collectorYaml(text)?.processors ?? {};
  const samplers = (tracesProcessors(text) ?? []).filter((name) => typeOf(name) === 'probabilistic_sampler');
  return samplers.map((name) => ({ name, percentage: Number(processors[name]?.['sampling_percentage'] ?? 0) }));
}
