// The lab as a check sees it, on top of the real one.
import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../../support/http.ts';
import { suppressTracing } from '../../apps/guide/server/suppress-tracing.ts';
import type { Files } from '../../apps/guide/server/learner/files.ts';
import { visit } from '../../apps/guide/server/lab/visit.ts';
import { why } from '../../apps/guide/server/lab/why.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import { recentTraces, traceFromJaeger } from '../../otlp/traces.ts';
import type { Trace } from '../../otlp/traces.ts';
import { silent } from './check.ts';
import type { LabView, Verdict } from './check.ts';

export interface Attempt {
  answers?: Record<string, string>;
  since: number;
  traceId?: string | undefined;
  /** Milliseconds that a check may take. */
  deadline?: number;
  /** What to say when nothing was seen. */
  expected?: string;
}

const pause = 250; // ms

/** A view for one check: its time runs from now. */
export function viewOf(lab: Lab, { answers = {}, since, traceId, deadline = 15_000 }: Attempt): LabView {
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
    find: (service, isSuch) => suppressTracing(() => findBack(lab.jaeger, { service, since, isSuch })),
    files: (): Promise<Files | undefined> => lab.files(),
    podLog: () => lab.podLog('dice', seconds(since)),
    // What was logged before this check began may be of other code, or another configuration.
    collectorLog: () => lab.podLog('collector', Math.ceil((Date.now() - begun) / 1000) + 1),
    why: () => why(lab),
    truth: lab.truth,
    eventually: (ask, patience = 3_000) => until(ask, Math.min(end, Date.now() + patience)),
    settle: (attempt) => settle(view, attempt, end),
  };
  return view;
}

const seconds = (since: number): number => Math.max(60, Math.ceil((Date.now() - since) / 1000));

/** Jaeger may give a trace that has begun before: what counts is younger. */
const newer = (traces: Trace[], since: number): Trace[] => traces.filter(({ start }) => start >= since);

const slice = 15_000; // ms: at most some forty rounds, which take a megabyte as JSON
const farthest = 3_600_000; // ms

/** From now back to `since`, a slice of time after the other: a guide has little memory, and a class makes many traces. */
async function findBack(
  jaeger: string,
  { service, since, isSuch }: { service: string; since: number; isSuch: (trace: Trace) => boolean },
): Promise<Trace | undefined> {
  const now = Date.now();
  for (let to = now + 1_000; to > Math.max(since, now - farthest); to -= slice) {
    const from = Math.max(to - slice, since);
    const traces = await recentTraces(jaeger, service, { limit: 60, within: now - from, until: to });
    const found = newer(traces, since).find(isSuch);
    if (found) return found;
  }
  return undefined;
}

async function until<T>(ask: () => Promise<T | undefined>, end: number): Promise<T | undefined> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() + pause > end) return answer;
    await delay(pause);
  }
}

async function settle(view: LabView, attempt: () => Promise<Verdict | undefined>, end: number): Promise<Verdict> {
  let last: Verdict | undefined;
  for (;;) {
    const verdict = await attempt();
    // A try that the end cut short saw less than the one before it.
    if (!last || Date.now() + pause < end) last = verdict ?? last;
    if (verdict?.passed) return verdict;
    if (Date.now() + pause > end)
      return (
        last ??
        silent(
          view,
          'spans of what the check has just asked for',
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
