// How the board says what a person needs.
import type { Need, Person } from '../../board/contract.ts';
import { ageOf } from './clock.ts';

/** The sign before the words, so that a glance is enough, and colour is not needed. */
export const signOf: Readonly<Record<Need, string>> = { help: '?', stuck: '!', silent: '…', nothing: '' };

/** @param now the server's time in milliseconds since 1970 */
export function needInWords({ needs, help, check, lastActivity }: Person, now: number): string {
  if (needs === 'help') return help?.takenBy === undefined ? `asked ${ageOf(help?.at, now)}` : `with ${help.takenBy}`;
  if (needs === 'stuck') return `failed ×${check?.times ?? 0}`;
  return needs === 'silent' ? `silent ${ageOf(lastActivity, now)}` : '';
}

/** How the board calls a hop. `shape` is the trace itself, and needs no name. */
const hops = new Map([
  ['pod', 'dice'],
  ['collector', 'Collector'],
  ['jaeger', 'Jaeger'],
]);

/** Why the last check failed: where the problem is, and what was found. */
export function whyInWords({ check }: Person): string {
  if (!check) return '';
  const hop = hops.get(check.hop);
  return hop === undefined ? check.text : `${hop}: ${check.text}`;
}

export type StepMark = 'passed' | 'here' | 'failed' | 'open';

export const marks: Readonly<Record<StepMark, { readonly sign: string; readonly word: string }>> = {
  passed: { sign: '✓', word: 'passed' },
  here: { sign: '▶', word: 'here' },
  failed: { sign: '!', word: 'check failed' },
  open: { sign: '·', word: 'open' },
};

/** Where a person is with one step. */
export function markOf({ passed, step, check }: Person, id: string): StepMark {
  if (passed.includes(id)) return 'passed';
  if (check?.step === id) return 'failed';
  return step === id ? 'here' : 'open';
}
