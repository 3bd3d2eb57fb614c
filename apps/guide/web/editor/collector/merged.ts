// The configuration that the Collector runs: the lab's own, with the learner's file merged over it. Maps are merged,
// and lists are replaced.
import { parseDocument } from 'yaml';
import type { CollectorYaml } from '../../../collector-yaml.ts';
import { SECTIONS } from './schema.ts';
import type { Base, Lane, Section } from './schema.ts';

export const PARTS = ['receivers', 'processors', 'exporters'] as const;

/** A component in a lane, and whether the learner's file names it or sets something of it. */
export interface Stop {
  readonly name: string;
  readonly isMine: boolean;
}

export interface MergedLane {
  /** Such as `traces` or `traces/red`. */
  readonly pipeline: string;
  readonly isMine: boolean;
  readonly stops: Readonly<Record<keyof Lane, readonly Stop[]>>;
}

/** Reads as much of a file as is YAML, because somebody is typing in it. */
function configOf(text: string): CollectorYaml | undefined {
  try {
    return (parseDocument(text, { logLevel: 'silent' }).toJS() as CollectorYaml | null) ?? undefined;
  } catch {
    return undefined;
  }
}

const keysOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];

/** Returns the components that the learner's file defines or sets something of, by section. */
export function mineIn(text: string): Readonly<Record<Section, readonly string[]>> {
  const config = configOf(text) as Readonly<Record<string, unknown>> | undefined;
  const sections = SECTIONS.map((section) => [section, keysOf(config?.[section])]);
  return Object.fromEntries(sections) as Record<Section, string[]>;
}

/** Returns the pipelines of the merged configuration: those of the lab first, in its order. */
export function mergedLanes(text: string, base: Base): MergedLane[] {
  const mine = mineIn(text);
  const own = configOf(text)?.service?.pipelines ?? {};
  const names = [...new Set([...Object.keys(base.pipelines), ...keysOf(own)])];
  return names.map((pipeline) => {
    const listed = keysOf(own).includes(pipeline) ? own[pipeline] : undefined;
    const stops = PARTS.map((part) => {
      const names = Array.isArray(listed?.[part]) ? listed[part].map(String) : undefined;
      return [part, stopsOf(names, base.pipelines[pipeline]?.[part] ?? [], [...mine[part], ...mine.connectors])];
    });
    return { pipeline, isMine: listed !== undefined, stops: Object.fromEntries(stops) as MergedLane['stops'] };
  });
}

const stopsOf = (listed: string[] | undefined, base: readonly string[], mine: readonly string[]): Stop[] =>
  (listed ?? base).map((name) => ({ name, isMine: mine.includes(name) || !base.includes(name) }));
