// Builds the LabView, through which a step's check reads the real lab.
import { call } from '../../support/http.ts';
import { poll } from '../../support/waiting.ts';
import { suppressTracing } from '../../apps/guide/server/suppress-tracing.ts';
import { visit } from '../../apps/guide/server/lab/visit.ts';
import { diagnosePipeline } from '../../apps/guide/server/lab/diagnose-pipeline.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import { parseSettings } from '../../apps/telemetry/settings.ts';
import { isLearners } from '../../lab/services.ts';
import { recentTraces, servicesInJaeger, traceFromJaeger } from '../../otlp/traces.ts';
import type { Trace } from '../../otlp/traces.ts';
import { arrivalOf } from './arrival.ts';
import type { Arrival } from './arrival.ts';
import type { LabView } from './check.ts';
import { Observation } from './observation.ts';
import type { Sources } from './observation.ts';
import { settle } from './settle.ts';

export interface ViewOptions {
  readonly answers?: Readonly<Record<string, string>>;
  /** When the learner started the step, in milliseconds since 1970. */
  readonly since: number;
  readonly traceId?: string | undefined;
  /** Time limit in milliseconds for telemetry that leaves without a delay. */
  readonly deadline?: number;
}

const pause = 250; // ms between two attempts
const spare = 3_000; // ms that a check waits longer than the settings say

/** Creates the LabView for one check. The check's time limit starts now. */
export function viewOf(lab: Lab, { answers = {}, since, traceId, deadline = 8_000 }: ViewOptions): LabView {
  const begun = Date.now();
  const patienceFor = ({ within }: Arrival): number => Math.max(deadline, within > 2_000 ? within + spare : 0);
  const settings = () => settingsOf(lab);
  const flusher = new Flusher(lab);
  const arrivals = async () => {
    const [env, files] = await Promise.all([settings(), lab.files().catch(() => undefined)]);
    return () => arrivalOf(env, files?.['collector.yaml'] ?? '', flusher.works);
  };
  const arrival = async () => (await arrivals())();
  const trace = (id: string) => suppressTracing(() => traceFromJaeger(lab.jaeger, id));
  const sources: Omit<Sources, 'arrival'> = { ...sourcesOf(lab), flush: () => flusher.flush() };
  return {
    answers,
    since,
    traceId,
    now: () => Date.now(),
    ask: (path, app = 'dice') => visit({ url: lab[app], path, collector: lab.collector }),
    observe: async (paths, traceIds) => Observation.make({ ...sources, arrival: await arrivals() }, paths, traceIds),
    flush: () => flusher.flush(),
    arrival,
    play: () => play(lab.arcade),
    trace,
    find: (service, matches) => suppressTracing(() => findBack(lab.jaeger, { service, since, matches })),
    files: () => lab.files(),
    settings,
    podLog: () => lab.podLog('dice', seconds(since)),
    collectorLog: () => lab.podLog('collector', Math.ceil((Date.now() - begun) / 1000) + 1),
    totals: () => Promise.resolve(lab.telemetry?.totals() ?? []),
    lostPoints: () => lab.telemetry?.lostPoints ?? 0,
    why: (signal = 'traces') => diagnosePipeline(lab, [signal]),
    truth: lab.truth,
    eventually: (attempt, patience = 3_000) =>
      poll(attempt, { within: Math.min(begun + deadline - Date.now(), patience), every: pause }),
    settle: async (look, nothing, patience = 0) => {
      const delays = await arrival();
      const patient = { ...lab, patience: (lab.patience ?? 3_000) + delays.within };
      const why = () => diagnosePipeline(patient, ['traces']);
      return settle(look, { nothing, arrival: delays, why, patience: Math.max(patience, patienceFor(delays)) });
    },
  };
}

/**
 * Returns how an observation reads the lab. If Jaeger does not answer, nothing arrives, and the check asks which hop is
 * broken.
 */
export const sourcesOf = (lab: Lab): Omit<Sources, 'arrival' | 'flush'> => ({
  ask: (path, traceId) => visit({ url: lab.dice, path, collector: lab.collector, traceId }),
  trace: (id) => suppressTracing(() => traceFromJaeger(lab.jaeger, id)).catch(() => undefined),
  newest: () => suppressTracing(() => newestOf(lab.jaeger)),
  logs: lab.telemetry?.logs,
});

/** Makes dice send its telemetry. After a flush that fails, a check waits for the next export, as without any. */
class Flusher {
  readonly #lab: Lab;
  works = false;
  #failed = false;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  async flush(): Promise<boolean> {
    if (this.#failed) return false;
    this.works = (await this.#lab.flush?.().catch(() => false)) ?? false;
    this.#failed = !this.works;
    return this.works;
  }
}

async function settingsOf(lab: Lab): Promise<Record<string, string | undefined>> {
  const text = (await lab.files().catch(() => undefined))?.['settings.env'] ?? '';
  return { ...lab.settings, ...parseSettings(text).values };
}

const seconds = (since: number): number => Math.max(60, Math.ceil((Date.now() - since) / 1000));

const mostServices = 4; // names that a learner may have given dice
const mostTraces = 40; // at most half a megabyte of JSON; a check sends a dozen requests
const lookBack = 120_000; // ms; far more than the clocks of two nodes differ

/** Returns the newest traces of every service that may be dice. */
async function newestOf(jaeger: string): Promise<Trace[]> {
  const known = await servicesInJaeger(jaeger).catch(() => []);
  const services = [...new Set(['dice', ...known.filter(isLearners)])].slice(0, mostServices);
  const until = Date.now() + lookBack;
  const search = (service: string) =>
    recentTraces(jaeger, service, { limit: mostTraces, within: lookBack, until }).catch(() => []);
  return (await Promise.all(services.map(search))).flat();
}

/**
 * Returns only the traces that started at `since` or later. Jaeger also returns traces that started earlier and ended
 * after `since`.
 */
const newer = (traces: Trace[], since: number): Trace[] => traces.filter(({ start }) => start >= since);

const slice = 15_000; // ms; about forty rounds at most, which are a megabyte of JSON
const farthest = 3_600_000; // ms

/**
 * Searches for a trace, from now back to `since`. It reads one short period at a time, because the guide has little
 * memory.
 */
async function findBack(
  jaeger: string,
  { service, since, matches }: { service: string; since: number; matches: (trace: Trace) => boolean },
): Promise<Trace | undefined> {
  const now = Date.now();
  for (let to = now + 1_000; to > Math.max(since, now - farthest); to -= slice) {
    const from = Math.max(to - slice, since);
    const traces = await recentTraces(jaeger, service, { limit: 60, within: now - from, until: to });
    const found = newer(traces, since).find(matches);
    if (found) return found;
  }
  return undefined;
}

async function play(arcade: string): Promise<string | undefined> {
  return suppressTracing(async () => {
    const { body } = await call(`${arcade}/play?player=you`, { signal: AbortSignal.timeout(5_000) });
    const { trace } = JSON.parse(body) as { trace?: string };
    return trace;
  }).catch(() => undefined);
}
