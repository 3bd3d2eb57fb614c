// The result of a check, one finding for each thing that the step asks for.
import type { Failed, Requirement, Verdict, VerdictHop } from '../../apps/guide/contract.ts';
import type { FindingId } from '../../lab/findings.ts';

/** A requirement of a step, whether it is met, and what to do if it is not. */
export interface Finding extends Requirement {
  readonly hint?: string;
  /** The trace that shows it. */
  readonly traceId?: string;
  /** Where the problem is. The default is `shape`: spans arrive, but differ from what the step asks for. */
  readonly hop?: VerdictHop;
  /** What the problem is, by its id in the catalogue. The default is the hop. */
  readonly id?: FindingId;
}

export type Problem = Pick<Finding, 'id' | 'hint' | 'traceId' | 'hop'> & { readonly found: string };

/** What explains a problem: its finding, and what to do. */
export type Explained = Required<Pick<Problem, 'id' | 'hint'>>;

/** Returns the explanation with this hint, or undefined if there is no hint. */
export const explained = (id: FindingId, hint: string | undefined): Explained | undefined =>
  hint === undefined ? undefined : { id, hint };

export const met = (text: string): Finding => ({ text, state: 'met' });
export const unmet = (text: string, problem: Problem): Finding => ({ text, state: 'unmet', ...problem });
export const unknown = (text: string): Finding => ({ text, state: 'unknown' });

/** Returns a finding that is met unless there is a problem. */
export const finding = (text: string, problem: Problem | undefined): Finding =>
  problem ? unmet(text, problem) : met(text);

export const allMet = (findings: readonly Finding[]): boolean =>
  findings.length > 0 && findings.every(({ state }) => state === 'met');

/**
 * Makes a verdict of findings. The first problem is the one that the verdict explains.
 * @throws Error if there are no findings, which would pass a step without a reason
 */
export function verdictOf(findings: readonly Finding[], traceId?: string): Verdict {
  if (findings.length === 0) throw new Error('Expected a finding for each thing that the step asks for, found none.');
  const requirements = findings.map(requirementOf);
  const first = findings.find(({ state }) => state === 'unmet') ?? findings.find(({ state }) => state === 'unknown');
  const trace = first?.traceId ?? traceId;
  const common = { requirements, ...(trace ? { traceId: trace } : {}) };
  if (!first) return { passed: true, ...common };
  return { passed: false, ...explanationOf(first), ...common };
}

function explanationOf(problem: Finding): Pick<Failed, 'hop' | 'finding' | 'expected' | 'found' | 'hint'> {
  const { state, hop = 'shape', text, found = 'nothing to judge it by', hint = 'See the log of dice.' } = problem;
  const { id: finding = state === 'unknown' ? 'telemetry/undecided' : hop } = problem;
  return { hop, finding, expected: text, found, hint };
}

const requirementOf = ({ text, state, found }: Finding): Requirement => ({
  text,
  state,
  ...(found === undefined ? {} : { found }),
});
