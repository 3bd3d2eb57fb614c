// What the guide's HTTP API takes and answers, as the browser sees it.
import type { Span, Trace } from '../../otlp/traces.ts';

export const fileNames = ['app.ts', 'settings.env', 'collector.yaml'] as const;
export type FileName = (typeof fileNames)[number];
export type Files = Record<FileName, string>;

export interface VersionedFiles {
  version: string;
  files: Files;
}

export type StepState = 'open' | 'started' | 'passed' | 'unverified';

export interface StepSummary {
  id: string;
  number: number;
  title: string;
  minutes: number;
  state: StepState;
}

export interface Course {
  passed: number;
  total: number;
  /** Whether the guide may change the learner's files: it has no right to outside of a cluster. */
  editing: boolean;
  steps: StepSummary[];
}

export interface Question {
  name: string;
  label: string;
  options?: string[];
}

export interface Step extends StepSummary {
  learn: string[];
  /** Written by us, rendered by the guide. */
  html: string;
  files: FileName[];
  questions: Question[];
  commands: string[];
  traceId?: string;
  startedAt?: string;
}

export type Hop = 'pod' | 'collector' | 'jaeger' | 'shape';

export interface Verdict {
  passed: boolean;
  hop?: Hop;
  expected?: string;
  found?: string;
  hint?: string;
  traceId?: string;
}

export type Component = 'dice' | 'collector';

export interface PodState {
  component: Component;
  pod: string;
  phase: 'starting' | 'running' | 'failed' | 'gone';
  message?: string;
  line?: number;
}

export interface LogLine {
  component: Component;
  pod: string;
  line: string;
}

export interface Round {
  roll?: number;
  prize?: { name: string };
  version?: string;
  trace?: string;
  error?: string;
}

export interface Visit {
  status: number;
  body: string;
  trace?: string;
}

export interface Fault {
  name: string;
  title: string;
  on: boolean;
}

export interface WhyHop {
  name: 'sdk' | 'exporter' | 'collector' | 'jaeger';
  ok: boolean;
  says: string;
  todo?: string;
}

/** What the guide may add to a span, for its JSON as the deck shows it. */
export interface SpanOfPage extends Omit<Span, 'children'> {
  children: SpanOfPage[];
  traceState?: string;
  links?: { traceId: string; spanId: string; attributes?: Span['attributes'] }[];
  schemaUrl?: string;
}

export interface TraceOfPage extends Pick<Trace, 'traceId' | 'services' | 'start' | 'duration'> {
  roots: SpanOfPage[];
}

/** A library of automatic instrumentation that the image holds. */
export interface Instrumentation {
  name: string;
  version: string;
  description: string;
  for: string;
}
