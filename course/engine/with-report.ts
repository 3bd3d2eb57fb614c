// Adds to a verdict what dice has reported about itself.
import type { Verdict } from '../../apps/guide/contract.ts';
import type { FindingId } from '../../lab/findings.ts';
import type { Incident, Report } from '../../apps/telemetry/report.ts';
import { forgottenSpans, isOfOneSpan, reportNotes } from '../../apps/guide/server/lab/dice-state.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import { suppressTracing } from '../../apps/guide/server/suppress-tracing.ts';
import { neverEnded } from './check.ts';

/**
 * Begins the hint of a failed verdict with what dice has reported since the check began: an exception, a refused
 * attribute, spans that never ended. The report changes no verdict, because the learner's code could fake it. It only
 * makes the finding plainer.
 */
export async function withReport(verdict: Verdict, lab: Lab, begun: number): Promise<Verdict> {
  if (verdict.passed) return verdict;
  const report = await suppressTracing(async () => lab.report?.());
  const within = Date.now() - begun;
  const notes = reportNotes(report, within, verdict.found);
  const finding = plainer(verdict.finding, report, within);
  if (notes.length === 0) return { ...verdict, finding };
  // What dice has seen takes the place of a guess.
  const own = verdict.hint === neverEnded ? [] : [verdict.hint];
  return { ...verdict, finding, hint: [...notes, ...own].join(' ') };
}

/** The findings about a span that is missing, which may only lack its end. */
const LACKING: readonly FindingId[] = [
  'telemetry/none',
  '06-manual/no-span',
  '06-manual/some-missing',
  '07-span-methods/no-span',
  '07-span-methods/no-failed-span',
  '08-context/no-span',
  '08-context/orphans',
  '09-metrics-and-logs/no-span',
  '11-next-steps/orphans',
];

/** Returns the finding that what dice reports makes of a finding. */
function plainer(finding: FindingId, report: Report | undefined, within: number): FindingId {
  const isNew = ({ ago }: Incident): boolean => ago <= within;
  if (finding === 'pod/error-status') return report?.exceptions.some(isNew) ? 'code/throws' : finding;
  if (!LACKING.includes(finding)) return finding;
  if (report?.refused.some((call) => isNew(call) && isOfOneSpan(call))) return 'code/started-once';
  return forgottenSpans(report).length > 0 ? 'code/never-ended' : finding;
}
