// The faults of the course's stories, and whom they hit. Version, client, plugin and pool differ from lab to lab,
// and stay the same while a lab lives. No page shows them: finding them is the exercise.
import { createHash } from 'node:crypto';
import { clientVersions, pluginsOf, plugins } from './visitors.ts';

export const FAULTS = ['spike', 'timeouts'] as const;
export type FaultName = (typeof FAULTS)[number];

/** The two versions of prizes that a lab runs. */
export const RUNNING = [
  { version: '1.4.0', pool: 'blue' },
  { version: '2.0.0', pool: 'green' },
] as const;

/** Whom each fault hits. */
export interface Truth {
  /** A spike of 400s and 500s: this version fails with this client. */
  readonly spike: { readonly version: string; readonly client: string };
  /** Rounds that exceed 500 ms: this version, on this pool, with a visitor who has this plugin. */
  readonly timeouts: { readonly version: string; readonly pool: string; readonly plugin: string };
}

const everyPlugin = [...new Set(plugins.flatMap(pluginsOf))].sort();

/** Whom the faults of a lab hit. @param lab the release and the namespace, which identify the lab */
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
 * The names in `{"names": ["spike"]}`.
 * @throws Error with what was expected and what was found
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
