// The API of a step's check: what it can look at, and what it returns. A check looks at structure only: service, name,
// kind, parent, attributes, events, status, edges and orphans. It never reads the learner's code, so a correct solution
// in another style passes.
import type { Files, PipelineHop, Verdict } from '../../apps/guide/contract.ts';
import type { AppAnswer } from '../../apps/guide/server/lab/visit.ts';
import type { Span, Trace } from '../../otlp/traces.ts';

export type { Verdict } from '../../apps/guide/contract.ts';

export interface LabView {
  /** The learner's answers, by the name of the question. */
  readonly answers: Readonly<Record<string, string>>;
  /** When the learner started the step, in milliseconds since 1970. Nothing older counts. */
  readonly since: number;
  /** The trace that the step started with, if it makes one. */
  readonly traceId?: string | undefined;
  now(): number;
  /** Sends a request to dice (or flask) as the start of a trace. The guide's own span is the root. */
  ask(path: string, app?: 'dice' | 'flask'): Promise<AppAnswer>;
  /** Plays a round through the arcade. @returns the id of its trace, if it has one */
  play(): Promise<string | undefined>;
  trace(traceId: string): Promise<Trace | undefined>;
  /** The traces that a service took part in, newest first. @param since defaults to the step's start */
  traces(service: string, since?: number): Promise<Trace[]>;
  /** The newest trace of a service since the step's start that matches. It reads a few at a time, to save memory. */
  find(service: string, matches: (trace: Trace) => boolean): Promise<Trace | undefined>;
  files(): Promise<Files | undefined>;
  podLog(component: 'dice'): Promise<string>;
  collectorLog(): Promise<string>;
  /** The state of each hop from dice to Jaeger. */
  why(): Promise<PipelineHop[]>;
  /** What a fault really hits. */
  truth(fault: 'spike' | 'timeouts'): Record<string, string>;
  /** Repeats a request until it returns something, or until time is up. @param patience in milliseconds */
  eventually<T>(ask: () => Promise<T | undefined>, patience?: number): Promise<T | undefined>;
  /**
   * Repeats an attempt until it passes or time is up. An attempt that saw nothing returns undefined.
   * @returns the last verdict
   */
  settle(attempt: () => Promise<Verdict | undefined>): Promise<Verdict>;
}

export type Check = (lab: LabView) => Promise<Verdict>;

/** Runs when a step starts, after its files are written. */
export type Begin = (lab: LabView) => Promise<{ traceId?: string }>;

/** What a step's `check.ts` exports. */
export interface StepCode {
  readonly check: Check;
  readonly begin?: Begin;
}

export const passed = (traceId?: string): Verdict => ({ passed: true, ...(traceId ? { traceId } : {}) });

/** The verdict for a span that arrived but differs from what the step asks for. */
export const wrong = (expected: string, found: string, hint: string, traceId?: string): Verdict => ({
  passed: false,
  hop: 'shape',
  expected,
  found,
  hint,
  ...(traceId ? { traceId } : {}),
});

/** The verdict for a span that did not arrive. It names the first hop that is broken. */
export async function silent(lab: LabView, expected: string, hint: string): Promise<Verdict> {
  const broken = (await lab.why()).find(({ ok }) => !ok);
  if (!broken) return wrong(expected, 'none, though every hop from dice to Jaeger works', hint);
  const hop = broken.name === 'sdk' || broken.name === 'exporter' ? 'pod' : broken.name;
  return { passed: false, hop, expected, found: broken.says, hint: broken.todo ?? hint };
}

/** Describes a span, for the `found` of a verdict. */
export function named({ service, name, kind }: Span): string {
  return `${service} “${name}” (${kind})`;
}

export const byLibrary = ({ scope }: Span): boolean => scope.startsWith('@opentelemetry/instrumentation-');
