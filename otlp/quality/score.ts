// Computes a score after the Instrumentation Score specification from the findings. It covers a few minutes of one
// service, and the rules that can be judged from them. The specification wants 30 days, so this is no official score.
// https://github.com/instrumentation-score/spec/blob/main/specification.md
import type { Finding, RuleId, Signal } from './finding.ts';

export type Impact = 'Critical' | 'Important' | 'Normal' | 'Low';
export type Category = 'Excellent' | 'Good' | 'Needs Improvement' | 'Poor';

/** A rule, and whether the telemetry keeps it. */
export interface RuleResult {
  readonly id: RuleId;
  readonly impact: Impact;
  /** What the rule asks for, as a sentence. */
  readonly text: string;
  readonly passed: boolean;
}

export interface Score {
  /** From 0 to 100, to two digits. */
  readonly value: number;
  readonly category: Category;
  /** The rules that were judged: those of the signals that have arrived. */
  readonly rules: readonly RuleResult[];
}

const WEIGHTS: Readonly<Record<Impact, number>> = { Critical: 40, Important: 30, Normal: 20, Low: 10 };

/** The lowest score of each category. */
const CATEGORIES: readonly [number, Category][] = [
  [90, 'Excellent'],
  [75, 'Good'],
  [50, 'Needs Improvement'],
  [0, 'Poor'],
];

type Rule = readonly [id: RuleId, impact: Impact, of: Signal, text: string];

const RULES: readonly Rule[] = [
  ['RES-005', 'Critical', 'resource', 'service.name is present.'],
  ['RES-004', 'Important', 'resource', 'Attributes are at the right level: resource, span or log record.'],
  ['SPA-001', 'Normal', 'span', 'A trace has at most 10 INTERNAL spans of the service.'],
  ['SPA-002', 'Normal', 'span', 'No span lacks its parent.'],
  ['SPA-003', 'Important', 'span', 'Span names have no ids in them.'],
  ['SPA-004', 'Important', 'span', 'No trace begins with a CLIENT span.'],
  ['SPA-005', 'Important', 'span', 'A trace has at most 20 spans of less than 5 ms.'],
  ['MET-001', 'Important', 'metric', 'Attributes of metrics have a bounded number of values.'],
  ['MET-002', 'Important', 'metric', 'Metrics have a unit of UCUM.'],
  ['MET-003', 'Important', 'metric', 'A metric always has the same unit.'],
  ['MET-004', 'Normal', 'metric', 'A histogram always has the same buckets.'],
  ['MET-005', 'Normal', 'metric', 'The name of a metric does not repeat its unit.'],
  ['MET-006', 'Important', 'metric', 'No metric has the name of an attribute.'],
  ['LOG-002', 'Important', 'log', 'Log records have a severity.'],
];

/** The rules that are not judged here, and why. */
export const NOT_JUDGED: readonly string[] = [
  'RES-001, RES-002 and RES-003, because the chart of the lab sets these attributes of a pod',
  'LOG-001, because it needs 14 days',
  'SDK-001, because the image of the lab sets the versions',
];

/** Returns the score, or undefined if no signal has arrived. @param seen the signals that have arrived */
export function scoreOf(findings: readonly Finding[], seen: ReadonlySet<Signal>): Score | undefined {
  const broken = new Set(findings.map(({ rule }) => rule));
  const rules = RULES.filter(([, , signal]) => seen.has(signal)).map(([id, impact, , text]): RuleResult => ({
    id,
    impact,
    text,
    passed: !broken.has(id),
  }));
  const all = weightOf(rules);
  if (all === 0) return undefined;
  const value = Math.round((weightOf(rules.filter(({ passed }) => passed)) / all) * 10_000) / 100;
  return { value, category: CATEGORIES.find(([least]) => value >= least)?.[1] ?? 'Poor', rules };
}

const weightOf = (rules: readonly RuleResult[]): number => rules.reduce((sum, { impact }) => sum + WEIGHTS[impact], 0);
