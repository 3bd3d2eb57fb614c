// The API of a step's check: what the check can read, and what it returns. A check sends its own requests, and judges
// what they left by structure: kind, parent, attributes, events, status and orphans. It never reads the learner's code,
// so a correct solution in another style passes.
import type { Component, Files, PipelineHop, TelemetrySignal, Verdict } from '../../apps/guide/contract.ts';
import type { FindingId } from '../../lab/findings.ts';
import type { InstrumentTotals } from '../../apps/guide/server/telemetry/instrument.ts';
import type { AppAnswer } from '../../apps/guide/server/lab/visit.ts';
import type { Span, Trace } from '../../otlp/traces.ts';
import type { Arrival } from './arrival.ts';
import { explained } from './findings.ts';
import type { Finding } from './findings.ts';
import type { Observation, Seen } from './observation.ts';
import { logsGap } from './log-events.ts';
import { samplerHint, withSampler } from './sampling.ts';

export type { Verdict } from '../../apps/guide/contract.ts';
export type { AppAnswer } from '../../apps/guide/server/lab/visit.ts';

/** How a step is judged live. A step without this is judged by its check only. */
export interface Live {
  /** The requests to dice that the step is about, by their paths. */
  readonly paths: RegExp;
  /** The requests without which nothing says that a requirement is met, by the text of the requirement. */
  readonly needs?: Readonly<Record<string, RegExp>>;
  /** What judges the requests, if the step's check needs requests of its own. The default is the step's check. */
  readonly check?: Check;
}

/** What a check knows at one moment. */
export interface Look {
  /** One finding for each thing that the step asks for. Empty while nothing has arrived. */
  readonly findings: readonly Finding[];
  /** Whether waiting can't change the findings. */
  readonly certain: boolean;
  /** The trace that the page shows with the verdict. */
  readonly traceId?: string | undefined;
}

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
  /**
   * Sends requests to dice, one after the other, and watches what they leave in Jaeger.
   * @param traceIds ids of the traces to start; the default is random
   */
  observe(paths: readonly string[], traceIds?: readonly string[]): Promise<Pick<Observation, 'look'>>;
  /** Plays a round through the arcade. @returns the id of the round's trace, or undefined if the round has no trace */
  play(): Promise<string | undefined>;
  trace(traceId: string): Promise<Trace | undefined>;
  /**
   * Returns the newest trace of a service since the step's start for which `matches` is true. To save memory, it reads
   * only a few traces at a time.
   */
  find(service: string, matches: (trace: Trace) => boolean): Promise<Trace | undefined>;
  files(): Promise<Files | undefined>;
  /** Returns the settings with which dice runs: those of the lab, and over them those in settings.env. */
  settings(): Promise<Settings>;
  podLog(component: 'dice'): Promise<string>;
  /** Returns what each process has reported of each instrument, or an empty list if the guide receives no metrics. */
  totals(): Promise<readonly InstrumentTotals[]>;
  /** Returns how many data points of metrics the guide has had no room for, since it started. */
  lostPoints(): number;
  /** Returns the Collector's log since the start of the check. */
  collectorLog(): Promise<string>;
  /** Makes dice send its telemetry now. @returns whether dice says that it has. It never fails */
  flush(): Promise<boolean>;
  /** Returns how long telemetry takes from dice to Jaeger, by what is known now. */
  arrival(): Promise<Arrival>;
  /** Returns the state of each hop of a signal. The default is that of traces, from dice to Jaeger. */
  why(signal?: TelemetrySignal): Promise<PipelineHop[]>;
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
   * Repeats `look` until all findings are met, until they are certain, or until time is up.
   * @param nothing describes what did not arrive, if nothing arrives
   * @param patience time limit in milliseconds, if the check needs more than the usual
   */
  settle(look: () => Promise<Look>, nothing: Nothing, patience?: number): Promise<Verdict>;
}

/** What a verdict says if nothing arrived and every hop from dice to Jaeger works. */
export interface Nothing {
  readonly expected: string;
  readonly hint: string;
  /** The finding, if the files say why nothing arrives. The default is `telemetry/none`. */
  readonly id?: FindingId;
}

/** What a check of requests says if nothing arrived, and what it reads besides the traces of its requests. */
interface RequestOptions extends Nothing {
  /** Whether it also reads spans in other traces if each request has spans in its own. See `Observation.look`. */
  readonly searches?: boolean;
}

export type Check = (lab: LabView) => Promise<Verdict>;

type Judgement = Pick<Look, 'findings' | 'traceId'> & { readonly certain?: boolean };
/** The settings with which dice runs. */
export type Settings = Readonly<Record<string, string | undefined>>;

/**
 * Makes a check that sends requests, and judges what they left until the answer is certain.
 * @param judge judges what has arrived so far. It says `certain` if nothing more can change its answer
 */
export const checkOfRequests =
  (
    paths: readonly string[],
    judge: (seen: Seen, settings: Settings) => Judgement,
    { searches = false, ...nothing }: RequestOptions,
  ): Check =>
  async (lab) => {
    const observation = await lab.observe(paths);
    const [sampler, settings, gap] = await Promise.all([samplerHint(lab), lab.settings(), logsGap(lab)]);
    const look = async () => {
      const seen = { ...(await observation.look({ searches })), sampler, logsGap: gap };
      return { certain: seen.settled, ...judge(seen, settings) };
    };
    const reason = explained('telemetry/sampled', sampler);
    return withSampler(await lab.settle(look, { ...nothing, ...reason }), sampler);
  };

/** A function that runs when a step starts, after the step's files are written. */
export type Begin = (lab: LabView) => Promise<{ traceId?: string }>;

/** The functions that a step's `check.ts` exports. */
export interface StepCode {
  readonly check: Check;
  readonly begin?: Begin;
  /** The components whose files the check judges. The default is all. */
  readonly judges?: readonly Component[];
  /** How the step is judged while the telemetry of the learner's own requests arrives. */
  readonly live?: Live;
}

export const passed = (traceId?: string): Verdict => ({ passed: true, ...(traceId ? { traceId } : {}) });

/** Returns the verdict for a span that arrived but differs from what the step asks for. */
export const wrong = (expected: string, found: string, hint: string, id: FindingId = 'shape'): Verdict => ({
  passed: false,
  hop: 'shape',
  finding: id,
  expected,
  found,
  hint,
});

/** Describes a span in words, for the field `found` of a verdict. */
export function named({ service, name, kind }: Span): string {
  return `${service} “${name}” (${kind})`;
}

/** The hint if no span arrives, though every hop works. It names the commonest mistake first. */
export const neverEnded =
  'Does your code call span.end()? A span that is never ended is never sent. Or is the new code not running yet?';

/** What to know about a span that is not the current one. */
export const NOT_ACTIVE = 'startSpan alone does not make its span the active one: startActiveSpan does.';

export const byLibrary = ({ scope }: Span): boolean => scope.startsWith('@opentelemetry/instrumentation-');
