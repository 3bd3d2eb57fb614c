// Judges the telemetry of one service: the findings, and a score.
import type { Attributes } from '../attributes.ts';
import { findingsOf } from './finding.ts';
import type { Finding, Signal } from './finding.ts';
import { logSightings } from './logs.ts';
import type { LogInput } from './logs.ts';
import { metricSightings } from './metrics.ts';
import type { InstrumentInput } from './metrics.ts';
import { resourceSightings } from './resources.ts';
import { scoreOf } from './score.ts';
import type { Score } from './score.ts';
import { Sources } from './sources.ts';
import type { SourceTexts } from './sources.ts';
import { spanSightings } from './spans.ts';
import type { SpanInput } from './spans.ts';

/** The telemetry of one service, and the files that made it. */
export interface QualityInput extends Omit<SpanInput, 'sources'> {
  readonly instruments: readonly InstrumentInput[];
  readonly logs: readonly (LogInput & { readonly resource: Attributes })[];
  readonly files: SourceTexts;
}

export interface Quality {
  readonly findings: readonly Finding[];
  /** Undefined if nothing has arrived. */
  readonly score: Score | undefined;
  /** How much was judged. */
  readonly judged: Readonly<Record<'spans' | 'instruments' | 'logs', number>>;
}

/** Returns what there is to say about the telemetry, and its score. */
export function qualityOf({ traces, isOurs, complete, instruments, logs, files }: QualityInput): Quality {
  const sources = new Sources(files);
  const spans = traces.flatMap((trace) => trace.spans.filter(isOurs));
  const resources = [...spans, ...logs].map(({ resource }) => resource);
  const findings = findingsOf([
    ...resourceSightings(resources, sources),
    ...spanSightings({ traces, isOurs, sources, complete }),
    ...metricSightings(instruments, sources),
    ...logSightings(logs, sources),
  ]);
  const judged = { spans: spans.length, instruments: instruments.length, logs: logs.length };
  return { findings, score: scoreOf(findings, signalsIn(judged, resources)), judged };
}

const signalsIn = (judged: Quality['judged'], resources: readonly Attributes[]): Set<Signal> =>
  new Set(
    [
      resources.length > 0 && ('resource' as const),
      judged.spans > 0 && ('span' as const),
      judged.instruments > 0 && ('metric' as const),
      judged.logs > 0 && ('log' as const),
    ].filter((signal) => signal !== false),
  );
