// The lab as a check sees it, on top of the real one.
import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../../../support/http.ts';
import { quietly } from '../../quietly.ts';
import type { Files } from '../../own/files.ts';
import { visit } from '../../lab/visit.ts';
import { why } from '../../lab/why.ts';
import type { Way } from '../../lab/why.ts';
import { recentTraces, traceFromJaeger } from '../../traces.ts';
import type { Trace } from '../../traces.ts';
import { silent } from './check.ts';
import type { LabView, Verdict } from './check.ts';

/** What the guide knows of its lab. */
export interface Lab extends Way {
  arcade: string;
  flask: string;
  truth: (fault: 'spike' | 'timeouts') => Record<string, string>;
}

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
  const end = Date.now() + deadline;
  const view: LabView = {
    answers, since, traceId,
    now: () => Date.now(),
    ask: (path, app = 'dice') => visit({ url: lab[app], path, collector: lab.collector }),
    play: () => play(lab.arcade),
    trace: (id) => quietly(() => traceFromJaeger(lab.jaeger, id)),
    traces: async (service, from = since) => newer(await quietly(() => recentTraces(lab.jaeger, service, { limit: 200, within: Date.now() - from + 1_000 })), from),
    files: (): Promise<Files | undefined> => lab.files(),
    podLog: () => lab.podLog('dice', seconds(since)),
    collectorLog: () => lab.podLog('collector', 60),
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
    last = verdict ?? last;
    if (verdict?.passed) return verdict;
    if (Date.now() + pause > end) return last ?? silent(view, 'spans of what the check has just asked for', 'Is the new code running? Press Run, and wait until the new pod runs.');
    await delay(pause);
  }
}

async function play(arcade: string): Promise<string | undefined> {
  return quietly(async () => {
    const { body } = await call(`${arcade}/play?player=you`, { signal: AbortSignal.timeout(5_000) });
    const { trace } = JSON.parse(body) as { trace?: string };
    return trace;
  }).catch(() => undefined);
}
