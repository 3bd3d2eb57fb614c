// Says in words why the files of a Run don't run.
import type { RunTexts } from '../../../../lab/run-token.ts';
import { BEFORE, failureIn } from '../pods/phase.ts';
import type { FailedRun } from '../pods/phase.ts';
import type { DiceStatus } from './run-status.ts';

const NEXT = `${BEFORE} Fix it and press Run.`;

/** Returns a failure in words. `texts` are the files that failed. */
export function reasonOfFailure({ kind, text, line }: NonNullable<DiceStatus['failed']>, texts: RunTexts): FailedRun {
  if (kind === 'loop') return { message: `a loop that never ends: ${text}. ${NEXT}`, file: 'app.ts', ...placeOf(line) };
  if (kind === 'silent') return { message: `your code does not listen in time: ${text}. ${NEXT}`, file: 'app.ts' };
  const found = kind === 'error' ? failureIn(text.split('\n'), texts['app.ts']) : undefined;
  if (found) return { ...found, message: `${stopped(found.message)} ${NEXT}`, file: 'app.ts' };
  const file = /\b(INSTRUMENTATION|OTEL_[A-Z_]+)\b/.test(text) ? 'settings.env' : 'app.ts';
  return {
    message: `${stopped(text.split('\n')[0] ?? '')} ${NEXT}`,
    file,
    ...(kind === 'ended' && { hasEnded: true }),
  };
}

const placeOf = (line: number | undefined): { line?: number } => (line === undefined ? {} : { line });

const stopped = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
