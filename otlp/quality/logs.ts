// Checks log records: their severity and attributes.
import type { Attributes } from '../attributes.ts';
import { attributeIssues } from './attributes.ts';
import type { Issue, Sighting } from './finding.ts';
import { misplacedOnSignal } from './levels.ts';
import type { Sources } from './sources.ts';
import { isLibrary } from './spans.ts';

/** A log record, as far as the checks read it. */
export interface LogInput {
  /** Name of the logger. */
  readonly scope: string;
  readonly severity: string;
  readonly body: string;
  readonly attributes: Attributes;
  readonly traceId?: string;
  readonly spanId?: string;
}

/** Returns what there is to say about the log records of a service. */
export const logSightings = (records: readonly LogInput[], sources: Sources): Sighting[] =>
  records.flatMap((record) =>
    issuesOf(record, sources).map((issue) => ({
      ...issue,
      signal: 'log' as const,
      subject: record.scope,
      span: record.traceId && record.spanId ? { traceId: record.traceId, spanId: record.spanId } : undefined,
    })),
  );

function issuesOf({ scope, severity, body, attributes }: LogInput, sources: Sources): Issue[] {
  const issues = [
    ...attributeIssues(attributes, { sources, isLibrary: isLibrary(scope) }),
    ...misplacedOnSignal(attributes, sources),
  ];
  return severity === 'unspecified' ? [...issues, severityIssue(body, sources)] : issues;
}

/** @see https://github.com/instrumentation-score/spec/blob/main/rules/LOG-002.md */
const severityIssue = (body: string, sources: Sources): Issue => ({
  id: 'missing_severity',
  level: 'improvement',
  rule: 'LOG-002',
  message: `A log record has no severity: ${JSON.stringify(body.slice(0, 60))}.`,
  todo: 'Set severityNumber, such as SeverityNumber.INFO, so that one can search for what is serious.',
  place: sources.text(body) ?? sources.code(/\.emit\(/),
});
