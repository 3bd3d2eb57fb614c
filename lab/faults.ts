// The faults that the course can inject. Each fault affects only some requests: those with a certain version of prizes,
// client version, browser plugin or node pool. These differ between labs and never change within one lab. No page shows
// them, because finding them is the exercise.
import { createHash } from 'node:crypto';
import { clientVersions, pluginsOf, plugins } from './visitors.ts';

export const FAULTS = ['spike', 'timeouts'] as const;
export type FaultName = (typeof FAULTS)[number];

/** The two versions of prizes that a lab runs, each with its node pool. */
export const RUNNING = [
  { version: '1.4.0', pool: 'blue' },
  { version: '2.0.0', pool: 'green' },
] as const;

/** Which requests each fault affects in one lab. */
export interface Truth {
  /** Fault `spike`: requests from this client version to this version of prizes fail with 400 or 500. */
  readonly spike: { readonly version: string; readonly client: string };
  /** Fault `timeouts`: this version of prizes, on this node pool, takes over 500 ms for visitors with this plugin. */
  readonly timeouts: { readonly version: string; readonly pool: string; readonly plugin: string };
}

const everyPlugin = [...new Set(plugins.flatMap(pluginsOf))].sort();

/**
 * Returns which requests each fault affects in a lab. The result is derived from a hash of the lab's name, so it never
 * changes.
 * @param lab the release and the namespace, which identify the lab
 */
export function truthOf(lab: { readonly release: string; readonly namespace: string }): Truth {
  const bytes = createHash('sha256').update(`${lab.namespace}/${lab.release}`).digest();
  const pick = <T>(values: readonly T[], index: number): T => values[(bytes[index] ?? 0) % values.length] as T;
  return {
    spike: { version: pick(RUNNING, 0).version, client: pick(clientVersions, 1) },
    timeouts: { ...pick(RUNNING, 2), plugin: pick(everyPlugin, 3) },
  };
}

export const isFault = (name: unknown): name is FaultName => FAULTS.some((known) => known === name);

/**
 * Parses JSON such as `{"names": ["spike"]}` and returns the names of the faults.
 * @throws Error that says what was expected and what was found
 */
export function namesIn(text: string): FaultName[] {
  const expected = `expected {"names": [...]} with any of ${FAULTS.join(', ')}`;
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error(`${expected}, found no JSON: ${shortened(text)}`);
  }
  const { names } = (found ?? {}) as { names?: unknown };
  if (!Array.isArray(names)) throw new Error(`${expected}, found ${shortened(text)}`);
  const unknown: unknown = names.find((name) => !isFault(name));
  if (unknown !== undefined) throw new Error(`${expected}, found ${shortened(JSON.stringify(unknown))}`);
  return [...new Set(names as FaultName[])];
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

/** The faults that a Workshop's label asks for, and the words in it that name no fault. */
export interface FaultsLabel {
  readonly names: readonly FaultName[];
  readonly unknown: readonly string[];
}

/**
 * Parses the value of a Workshop's faults label. The label separates names by dots or underscores, because a label
 * value can't contain commas. An empty label and the word `none` ask for no faults.
 */
export function parseFaultsLabel(label: string): FaultsLabel {
  const words = label.split(/[._]/).filter((word) => word !== '' && word !== 'none');
  return { names: words.filter(isFault), unknown: words.filter((word) => !isFault(word)) };
}
