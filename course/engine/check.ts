// The API of a step's check: what the check can read, and what it returns. A check looks only at the structure of the
// telemetry: service, name, kind, parent, attributes, events, status and orphans. It never reads the learner's code, so
// a correct solution in another style passes.
import type { Files, PipelineHop, Verdict } from '../../apps/guide/contract.ts';
import type { AppAnswer } from '../../apps/guide/server/lab/visit.ts';
import type { Span, Trace } from '../../otlp/traces.ts';

export type { Verdict } from '../../apps/guide/contract.ts';

export interface LabView {
  /** The learner's answers, by the names of the step's questions. */
  readonly answers: Readonly<Record<string, string>>;
  /** When the learner started the step, in milliseconds since 1970. Older telemetry does not count. */
  readonly since: number;
  /** Id of the trace that the step started with, if the step makes a trace when it starts. */
  readonly traceId?: string | undefined;
  now(): number;
  /** Sends a request to dice or flask, and starts its trace. The guide's own span is the root of that trace. */
  ask(path: string, app?: 'dice' | 'flask'): Promise<AppAnswer>;
  /** Plays a round through the arcade. @returns the id of the round's trace, or undefined if the round has no trace */
  play(): Promise<string | undefined>;
  trace(traceId: string): Promise<Trace | undefined>;
  /**
   * Returns the traces that a service took part in, newest first.
   * @param since milliseconds since 1970; the default is the start of the step
   */
  traces(service: string, since?: number): Promise<Trace[]>;
  /**
   * Returns the newest trace of a service since the step's start for which `matches` is true. To save memory, it reads
   * only a few traces at a time.
   */
  find(service: string, matches: (trace: Trace) => boolean): Promise<Trace | undefined>;
  files(): Promise<Files | undefined>;
  podLog(component: 'dice'): Promise<string>;
  collectorLog(): Promise<string>;
  /** Returns the state of each hop from dice to Jaeger. */
  why(): Promise<PipelineHop[]>;
  /**
   * Returns the right answers to the questions about a fault. They are the values that all requests hit by the fault
   * have in common.
   */
  truth(fault: 'spike' | 'timeouts'): Record<string, string>;
  /**
   * Calls `ask` repeatedly until it returns a value or time is up. Returns the value, or undefined if time is up.
   * @param patience time limit in milliseconds
   */
  eventually<T>(ask: () => Promise<T | undefined>, patience?: number): Promise<T | undefined>;
  /**
   * Repeats `attempt` until its verdict is "passed" or time is up. `attempt` returns undefined while it finds no
   * telemetry.
   * @returns the last verdict
   */
  settle(attempt: () => Promise<Verdict | undefined>): Promise<Verdict>;
}

export type Check = (lab: LabView) => Promise<Verdict>;

/** A function that runs when a step starts, after the step's files are written. */
export type Begin = (lab: LabView) => Promise<{ traceId?: string }>;

/** The functions that a step's `check.ts` exports. */
export interface StepCode {
  readonly check: Check;
  readonly begin?: Begin;
}

export const passed = (traceId?: string): Verdict => ({ passed: true, ...(traceId ? { traceId } : {}) });

/** Returns the verdict for a span that arrived but differs from what the step asks for. */
export const wrong = (expected: string, found: string, hint: string, traceId?: string): Verdict => ({
  passed: false,
  hop: 'shape',
  expected,
  found,
  hint,
  ...(traceId ? { traceId } : {}),
});

/**
 * Returns the verdict for a span that did not arrive. The verdict names the first broken hop from dice to Jaeger, if a
 * hop is broken.
 */
export async function silent(lab: LabView, expected: string, hint: string): Promise<Verdict> {
  const broken = (await lab.why()).find(({ ok }) => !ok);
  if (!broken) return wrong(expected, 'none, though every hop from dice to Jaeger works', hint);
  const hop = broken.name === 'sdk' || broken.name === 'exporter' ? 'pod' : broken.name;
  return { passed: false, hop, expected, found: broken.says, hint: broken.todo ?? hint };
}

/** Describes a span in words, for the field `found` of a verdict. */
export function named({ service, name, kind }: Span): string {
  return `${service} “${name}” (${kind})`;
}

export const byLibrary = ({ scope }: Span): boolean => scope.startsWith('@opentelemetry/instrumentation-');
