// The types of the answer that lists what is wrong with the telemetry of dice. The server, the page and the tests
// import them.
import type { Finding } from '../../otlp/quality/finding.ts';
import type { Score } from '../../otlp/quality/score.ts';

export type { Finding, Level, Place, SpanRef } from '../../otlp/quality/finding.ts';
export type { Score } from '../../otlp/quality/score.ts';

/**
 * The answer of `GET /api/quality?within=MS`: what there is to say about the telemetry that dice has sent in the last
 * milliseconds, at most an hour. Findings advise. No step is passed or failed by them.
 */
export interface QualityReport {
  /** The most serious first. Texts are cut to 300 characters. */
  readonly findings: readonly Finding[];
  /** How many more findings there are. */
  readonly more: number;
  /** A score after the Instrumentation Score specification. Undefined if nothing has arrived. */
  readonly score?: Score;
  /** The rules of that specification that are not judged, and why. */
  readonly notJudged: readonly string[];
  readonly judged: { readonly spans: number; readonly instruments: number; readonly logs: number };
}
