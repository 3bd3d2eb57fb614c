// Adds to a verdict what dice has reported about itself.
import type { Verdict } from '../../apps/guide/contract.ts';
import { reportNotes } from '../../apps/guide/server/lab/dice-state.ts';
import type { Lab } from '../../apps/guide/server/lab/environment.ts';
import { suppressTracing } from '../../apps/guide/server/suppress-tracing.ts';
import { neverEnded } from './check.ts';

/**
 * Begins the hint of a failed verdict with what dice has reported since the check began: an exception, a refused
 * attribute, spans that never ended. The report changes no verdict, because the learner's code could fake it.
 */
export async function withReport(verdict: Verdict, lab: Lab, begun: number): Promise<Verdict> {
  if (verdict.passed) return verdict;
  const report = await suppressTracing(async () => lab.report?.());
  const notes = reportNotes(report, Date.now() - begun, verdict.found);
  if (notes.length === 0) return verdict;
  // What dice has seen takes the place of a guess.
  const own = verdict.hint === neverEnded ? [] : [verdict.hint];
  return { ...verdict, hint: [...notes, ...own].join(' ') };
}
