// Builds the LabView, through which a step's check reads the real lab.
import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../../support/http.ts';
import { poll } from '../../support/waiting.ts';
import type { Verdict } from '../../apps/guide/contract.ts';
import { suppressTracing } from '../../apps/guide/server/suppress-tracing.ts';
import { visit } from '../../apps/guide/server/lab/visit.ts';
import { diagnosePipeline } from '../../apps/guide/server/lab/diagnose-pipeline.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import { recentTraces, traceFromJaeger } from '../../otlp/traces.ts';
import type { Trace } from '../../otlp/traces.ts';
import { silent } from './check.ts';
import type { LabView } from './check.ts';

export interface ViewOptions {
  readonly answers?: Record<string, string>;
  /** When the learner started the step, in milliseconds since 1970. */
  readonly since: number;
  readonly traceId?: string | undefined;
  /** Time limit of the check in milliseconds. */
  readonly deadline?: number;
}

const pause = 250; // ms between two attempts

/** Creates the LabView for one check. The check's time limit starts now. */
export function viewOf(lab: Lab, { answers = {}, since, traceId, deadline = 15_000 }: ViewOptions): LabView {
  const begun = Date.now();
  const end = begun + deadline;
  const view: LabView = {
    answers,
    since,
    traceId,
    now: () => Date.now(),
    ask: (path, app = 'dice') => visit({ url: lab[app], path, collector: lab.collector }),
    play: () => play(lab.arcade),
    trace: (id) => suppressTracing(() => traceFromJaeger(lab.jaeger, id)),
    traces: async (service, from = since) =>
      newer(
        await suppressTracing(() =>
          recentTraces(lab.jaeger, service, { limit: 50, within: Date.now() - from + 1_000 }),
        ),
        from,
      ),
    find: (service, matches) => suppressTracing(() => findBack(lab.jaeger, { service, since, matches })),
    files: () => lab.files(),
    podLog: () => lab.podLog('dice', seconds(since)),
    // Older lines may come from other code or another configuration.
    collectorLog: () => lab.podLog('collector', Math.ceil((Date.now() - begun) / 1000) + 1),
    why: () => diagnosePipeline(lab),
    truth: lab.truth,
    eventually: (ask, patience = 3_000) => poll(ask, { within: Math.min(end - Date.now(), patience), every: pause }),
    settle: (attempt) => settle(view, attempt, end),
  };
  return view;
}

const seconds = (since: number): number => Math.max(60, Math.ceil((Date.now() - since) / 1000));

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

async function settle(view: LabView, attempt: () => Promise<Verdict | undefined>, end: number): Promise<Verdict> {
  let last: Verdict | undefined;
  for (;;) {
    const verdict = await attempt();
    // An attempt that the time limit cut short saw less than the one before it.
    if (!last || Date.now() + pause < end) last = verdict ?? last;
    if (verdict?.passed) return verdict;
    if (Date.now() + pause > end)
      return (
        last ??
        silent(
          view,
          'spans of the requests that the check sent',
          'Is the new code running? Press Run, and wait until the new pod runs.',
        )
      );
    await delay(pause);
  }
}

async function play(arcade: string): Promise<string | undefined> {
  return suppressTracing(async () => {
    const { body } = await call(`${arcade}/play?player=you`, { signal: AbortSignal.timeout(5_000) });
    const { trace } = JSON.parse(body) as { trace?: string };
    return trace;
  }).catch(() => undefined);
}
