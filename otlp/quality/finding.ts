// What the check of telemetry finds. Ids and levels are those of OpenTelemetry Weaver's live check, as far as it has
// them. What only the Instrumentation Score asks for has an id of ours, and is an improvement.
// https://github.com/open-telemetry/weaver/blob/main/crates/weaver_live_check/docs/finding.md
// https://github.com/instrumentation-score/spec/tree/main/rules
import type { LearnerFile, Place } from './sources.ts';

/**
 * `violation`: the telemetry breaks the semantic conventions. `improvement`: it would be better otherwise.
 * `information`: worth knowing, and nothing to do.
 */
export type Level = 'violation' | 'improvement' | 'information';

/** Levels, the most serious first. */
export const LEVELS: readonly Level[] = ['violation', 'improvement', 'information'];

/** Ids of Weaver's live check. */
type WeaverId =
  | 'deprecated'
  | 'missing_attribute'
  | 'missing_namespace'
  | 'invalid_format'
  | 'type_mismatch'
  | 'undefined_enum_variant'
  | 'entity_required_attribute_not_present';

/** Ids of ours. Each stands for a rule of the Instrumentation Score, except that of a status. */
type OwnId =
  | 'attribute_at_wrong_level'
  | 'id_in_span_name'
  | 'error_without_description'
  | 'orphan_span'
  | 'client_root_span'
  | 'many_internal_spans'
  | 'many_short_spans'
  | 'missing_unit'
  | 'invalid_unit'
  | 'unit_in_name'
  | 'several_units'
  | 'several_bucket_bounds'
  | 'metric_named_like_attribute'
  | 'high_cardinality'
  | 'missing_severity';

export type FindingId = WeaverId | OwnId;

/** The rules of the Instrumentation Score that the guide can judge. */
export type RuleId =
  | 'RES-004'
  | 'RES-005'
  | 'SPA-001'
  | 'SPA-002'
  | 'SPA-003'
  | 'SPA-004'
  | 'SPA-005'
  | 'MET-001'
  | 'MET-002'
  | 'MET-003'
  | 'MET-004'
  | 'MET-005'
  | 'MET-006'
  | 'LOG-002';

export type Signal = 'resource' | 'span' | 'metric' | 'log';

/** What one check says about one thing. */
export interface Issue {
  readonly id: FindingId;
  readonly level: Level;
  /** The rule of the score that it breaks. */
  readonly rule?: RuleId;
  /** The name of the attribute that it is about. */
  readonly attribute?: string;
  /** What is wrong, as a sentence. */
  readonly message: string;
  /** What to do, as a sentence. */
  readonly todo: string;
  /** The line of the learner's files that it comes from. */
  readonly place?: Place | undefined;
}

/** The span that an issue is about. */
export interface SpanRef {
  readonly traceId: string;
  readonly spanId: string;
}

/** An issue, and where it was seen. */
export interface Sighting extends Issue {
  readonly signal: Signal;
  /** Name of the span, the instrument or the logger, or `service.name`. */
  readonly subject: string;
  readonly span?: SpanRef | undefined;
}

/** The same issue, as often as it was seen. */
export interface Finding extends Issue {
  readonly signal: Signal;
  readonly subject: string;
  readonly count: number;
  /** The spans that it is about, the newest first, at most 100. */
  readonly spans: readonly SpanRef[];
}

export type { LearnerFile, Place };

const MOST_SPANS = 100;

/** Puts sightings of the same issue together. The most serious come first, then those that were seen most often. */
export function findingsOf(sightings: readonly Sighting[]): Finding[] {
  const groups = Map.groupBy(sightings, ({ id, level, signal, attribute, subject }) =>
    // An attribute is the same mistake on every span. Other issues are of one span name or instrument each.
    JSON.stringify([id, level, signal, attribute, attribute === undefined || signal === 'metric' ? subject : '']),
  );
  return [...groups.values()]
    .flatMap((group) => (group[0] ? [findingOf(group[0], group)] : []))
    .sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || b.count - a.count);
}

function findingOf(first: Sighting, group: readonly Sighting[]): Finding {
  const spans = group.flatMap(({ span }) => span ?? []).reverse();
  return { ...withoutSpan(first), count: group.length, spans: spans.slice(0, MOST_SPANS) };
}

function withoutSpan(sighting: Sighting): Omit<Sighting, 'span'> {
  const { span, ...rest } = sighting;
  return span ? rest : sighting;
}
