// What a step's check is given, and what it gives back. A check looks at structure only (service, name, kind, parent, attributes,
// events, status, edges, orphans), never at the learner's text, so that a right solution in another style passes.
import type { Files } from '../../apps/guide/server/learner/files.ts';
import type { Asked } from '../../apps/guide/server/lab/visit.ts';
import type { Hop } from '../../apps/guide/server/lab/why.ts';
import type { Span, Trace } from '../../otlp/traces.ts';

export type Verdict =
  | { passed: true; traceId?: string }
  | {
      passed: false;
      hop: 'pod' | 'collector' | 'jaeger' | 'shape';
      expected: string;
      found: string;
      hint: string;
      traceId?: string;
    };

export interface LabView {
  /** What the learner answered, by the name of the question. */
  readonly answers: Readonly<Record<string, string>>;
  /** When the step was started, in milliseconds: nothing older counts. */
  readonly since: number;
  /** The trace that the step began with, where it did. */
  readonly traceId?: string | undefined;
  now(): number;
  /** Asks dice (or flask), as the start of a trace whose first span is the guide's. */
  ask(path: string, app?: 'dice' | 'flask'): Promise<Asked>;
  /** A round of the game, by way of the arcade. @returns the id of its trace, if it has one */
  play(): Promise<string | undefined>;
  trace(traceId: string): Promise<Trace | undefined>;
  /** The traces that a service took part in since `since` (the step's start, when it isn't given), the latest first. */
  traces(service: string, since?: number): Promise<Trace[]>;
  /** The latest trace of the service since the step's start that is such a one. However many there are, few are looked at at once. */
  find(service: string, isSuch: (trace: Trace) => boolean): Promise<Trace | undefined>;
  files(): Promise<Files | undefined>;
  podLog(component: 'dice'): Promise<string>;
  collectorLog(): Promise<string>;
  /** Which hop is silent, and what it says. */
  why(): Promise<Hop[]>;
  /** What a fault really hits. */
  truth(fault: 'spike' | 'timeouts'): Record<string, string>;
  /** Asks until there is an answer, or the check's time is up. */
  eventually<T>(ask: () => Promise<T | undefined>, patience?: number): Promise<T | undefined>;
  /** Tries until a try passes, or the check's time is up; gives the last verdict. A try that saw nothing gives undefined. */
  settle(attempt: () => Promise<Verdict | undefined>): Promise<Verdict>;
}

export type Check = (lab: LabView) => Promise<Verdict>;

/** What a step does when it is started, beyond its files. */
export type Begin = (lab: LabView) => Promise<{ traceId?: string }>;

export const passed = (traceId?: string): Verdict => ({ passed: true, ...(traceId ? { traceId } : {}) });

/** The span is there, but is not what was asked for. */
export const wrong = (expected: string, found: string, hint: string, traceId?: string): Verdict => ({
  passed: false,
  hop: 'shape',
  expected,
  found,
  hint,
  ...(traceId ? { traceId } : {}),
});

/** Nothing was seen: says which hop is silent. */
export async function silent(lab: LabView, expected: string, hint: string): Promise<Verdict> {
  const broken = (await lab.why()).find(({ ok }) => !ok);
  if (!broken) return wrong(expected, 'none, though every hop from dice to Jaeger works', hint);
  const hop = broken.name === 'sdk' || broken.name === 'exporter' ? 'pod' : broken.name;
  return { passed: false, hop, expected, found: broken.says, hint: broken.todo ?? hint };
}

/** In words, for `found`. */
export function named({ service, name, kind }: Span): string {
  return `${service} “${name}” (${kind})`;
}

export const byLibrary = ({ scope }: Span): boolean => scope.startsWith('@opentelemetry/instrumentation-');
