// The types of the requests and answers of the guide's HTTP API. The pages, the server, the command line and the tests
// import them.
import type { FindingId, VerdictHop } from '../../lab/findings.ts';
import { OWN } from '../../lab/names.ts';
import type { OwnFile } from '../../lab/names.ts';
import type { Span, Trace } from '../../otlp/traces.ts';

export type FileName = OwnFile;
/** Names of the files that a learner edits, in the order of the editor's tabs. */
export const fileNames: readonly FileName[] = OWN.map(({ file }) => file);
export type Files = Record<FileName, string>;

/** The learner's files and their version. The version depends only on the texts, so equal texts have equal versions. */
export interface VersionedFiles {
  readonly version: string;
  readonly files: Files;
}

/** A text that a file had before a step or a reset replaced it. */
export interface KeptFile {
  /** Why there is a copy, such as `before-08-context`. */
  readonly from: string;
  readonly file: FileName;
  readonly text: string;
}

export type StepState = 'open' | 'started' | 'passed' | 'unverified';

export interface StepSummary {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly minutes: number;
  readonly state: StepState;
  /** What the learner has looked at to get on. It is undefined if that is nothing. */
  readonly seen?: HelpSeen;
}

/** Which help a learner has looked at in a step. */
export interface HelpSeen {
  /** The number of hints. */
  readonly hints?: number;
  /** When the learner first looked at the solution, as an ISO time. */
  readonly solutionAt?: string;
}

export interface CourseOverview {
  readonly passed: number;
  readonly total: number;
  /** Whether the guide can change the learner's files. It can't if it runs outside a cluster. */
  readonly editing: boolean;
  readonly steps: readonly StepSummary[];
}

export interface Question {
  readonly name: string;
  readonly label: string;
  readonly options?: readonly string[];
}

/** The shells for which the course writes its commands. `bash` stands for every POSIX shell. */
export const shells = ['bash', 'powershell', 'cmd'] as const;
export type Shell = (typeof shells)[number];

/** A text in Markdown, for a terminal, and as HTML, for a page. */
export interface Hint {
  readonly text: string;
  readonly html: string;
}

export interface Step extends StepSummary {
  /** The whole task in one or two sentences, as HTML. */
  readonly taskHtml?: string;
  readonly learn: readonly string[];
  /** The step's text in Markdown, as a terminal prints it. */
  readonly text: string;
  /** The step's text as HTML. It comes from our own Markdown, so a page may insert it without escaping. */
  readonly html: string;
  /** Instructions for doing the step with kubectl, as HTML. */
  readonly kubectlHtml: string;
  /** The files that the step changes. */
  readonly files: readonly FileName[];
  readonly questions: readonly Question[];
  /**
   * The services that one request of the step should join in one trace, in the order in which one calls the next. The
   * page then shows a request that falls apart as what it is.
   */
  readonly joins?: readonly string[];
  /** Whether the learner looks for faults in this step. The page then opens their switches. */
  readonly faults?: boolean;
  /**
   * The commands of `kubectlHtml` for each shell, in the same order. It leaves out those for a learner who is stuck. A
   * learner who runs the others one after another loses no work.
   */
  readonly commands: Readonly<Record<Shell, readonly string[]>>;
  /** What helps a learner who is stuck, from a first hint to a plain one. */
  readonly hints: readonly Hint[];
  /** Id of the trace that the step started with, or of the trace that passed its check. */
  readonly traceId?: string;
  readonly startedAt?: string;
  /** The last check since the step began, as long as this guide runs. */
  readonly checked?: LastCheck;
}

export type { VerdictHop };

/** One thing that a step asks for, and whether the check found it. */
export interface Requirement {
  /** What the check expects, such as "roll.value is an integer". */
  readonly text: string;
  /** `unknown` means that the check could not judge it, because an earlier requirement is not met. */
  readonly state: 'met' | 'unmet' | 'unknown';
  readonly found?: string;
}

/** One thing that a step asks for, and whether the learner's own requests show it. Only a check proves it. */
export interface SeenRequirement {
  readonly text: string;
  readonly seen: boolean;
}

/** What is seen of a step now. */
export interface SeenStep {
  readonly step: string;
  /** Empty while nothing has arrived. */
  readonly requirements: readonly SeenRequirement[];
}

export interface Passed {
  readonly passed: true;
  readonly traceId?: string;
  readonly requirements?: readonly Requirement[];
}

export interface Failed {
  readonly passed: false;
  readonly hop: VerdictHop;
  /** What the problem is, by its id in the catalogue of findings. It says no more than the texts. */
  readonly finding: FindingId;
  readonly expected: string;
  readonly found: string;
  readonly hint: string;
  readonly traceId?: string;
  readonly requirements?: readonly Requirement[];
}

/** The result of a check. */
export type Verdict = Passed | Failed;

/** The last check of a step: what it found, and what it looked at. It has none of the learner's answers. */
export interface LastCheck {
  /** When it ended, as an ISO time. */
  readonly at: string;
  readonly verdict: Verdict;
  /** The version of the files on the page that asked for it. It is empty if a terminal asked. */
  readonly version: string;
}

/** The components of the lab that read the learner's files. */
export type Component = 'dice' | 'collector';

export interface PodState {
  readonly component: Component;
  readonly pod: string;
  readonly phase: 'starting' | 'running' | 'failed' | 'gone';
  /** Why the pod is in this phase, and what to do. */
  readonly message?: string;
  /** The learner's file that is the cause. Without it, the cause is the file that the component reads. */
  readonly file?: FileName;
  /** The line in that file. */
  readonly line?: number;
}

export interface LogLine {
  readonly component: Component;
  readonly pod: string;
  readonly line: string;
}

/** What a page shows and somebody else may change: another tab, a terminal, the instructor. */
export type Shared = 'files' | 'progress' | 'faults' | 'load';

/** Says which version of something the lab has now. A page that knows another version reads it again. */
export interface SharedVersion {
  readonly subject: Shared;
  readonly version: string;
}

/** An event that `GET /api/run` streams to a page. */
export type PodEvent =
  | { readonly type: 'state'; readonly data: PodState }
  | { readonly type: 'log'; readonly data: LogLine }
  | { readonly type: 'version'; readonly data: SharedVersion }
  | { readonly type: 'seen'; readonly data: SeenStep };

export interface Round {
  readonly roll?: number;
  readonly prize?: { readonly name: string };
  readonly version?: string;
  readonly trace?: string;
  readonly error?: string;
}

export interface Visit {
  /** HTTP status of the answer; 0 if dice did not answer. */
  readonly status: number;
  readonly body: string;
  readonly trace?: string;
}

export interface Fault {
  readonly name: string;
  readonly title: string;
  readonly on: boolean;
}

export type TelemetrySignal = 'traces' | 'metrics' | 'logs';

/** What the diagnosis tests: each signal, and the charts that the Collector makes from spans. */
export type DiagnosedPart = TelemetrySignal | 'charts';
export const diagnosedParts: readonly DiagnosedPart[] = ['traces', 'metrics', 'logs', 'charts'];

/** Something that a hop has lost, in words. */
export interface HopLoss {
  readonly says: string;
  readonly todo?: string;
  /** Whether it happened in the last minutes. */
  readonly isRecent: boolean;
}

/**
 * The state of one hop of a signal, as "Why is there no telemetry?" shows it. Traces go from dice to Jaeger. Metrics
 * and logs go from dice to the guide. Charts go from the Collector, which makes them from spans, to the guide.
 */
export interface PipelineHop {
  readonly signal: DiagnosedPart;
  /** Prometheus is a hop of metrics and of charts if the lab has it. */
  readonly name: 'sdk' | 'exporter' | 'collector' | 'jaeger' | 'guide' | 'prometheus';
  readonly ok: boolean;
  /** Whether the hop was not tested, because an earlier one is broken. Then it is not ok. */
  readonly untested?: true;
  /** The result of the test of this hop, as a sentence. */
  readonly says: string;
  /** Where the cause is, such as `collector.yaml, line 4`. `says` begins with it. */
  readonly place?: string;
  /** What to do if something is wrong. A hop that only suffers from an earlier one has nothing to do. */
  readonly todo?: string;
  /** What is broken, by its id in the catalogue of findings. */
  readonly finding?: FindingId;
  /** What the hop has lost although it works. */
  readonly losses?: readonly HopLoss[];
}

/** A span with everything that a page shows, including fields that only the JSON view of a span needs. */
export interface SpanOfPage extends Omit<Span, 'children'> {
  readonly children: readonly SpanOfPage[];
  readonly traceState?: string;
  readonly links?: readonly { traceId: string; spanId: string; attributes?: Span['attributes'] }[];
  readonly schemaUrl?: string;
}

export interface TraceOfPage extends Pick<Trace, 'traceId' | 'services' | 'start' | 'duration'> {
  readonly roots: readonly SpanOfPage[];
}

/** An instrumentation library in the image of dice. */
export interface Instrumentation {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** The framework or module that the library instruments. */
  readonly for: string;
}
