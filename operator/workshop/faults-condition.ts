// Reports whether the label intro-otel.dev/faults of a Workshop names faults that exist.
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { FAULTS, parseFaultsLabel } from '../../lab/faults.ts';
import { LABELS } from '../api/types.ts';
import type { Workshop } from '../api/types.ts';

const TYPE = 'FaultsApplied';

const appliedText = (names: readonly string[]): string =>
  names.length === 0 ? 'All faults are off in every lab.' : `Every lab has the faults ${names.join(' and ')}.`;

const effectText = (names: readonly string[]): string =>
  names.length === 0
    ? 'The label has no effect, and each lab controls its own faults.'
    : `Only ${names.join(' and ')} of it has an effect.`;

/** Returns the condition FaultsApplied. A Workshop without the label has no such condition. */
export function faultsCondition({ metadata: { labels } }: Workshop): ConditionSpec[] {
  const label = labels?.[LABELS.faults];
  if (label === undefined) return [];
  const { names, unknown } = parseFaultsLabel(label);
  if (unknown.length === 0) return [{ type: TYPE, status: 'True', reason: 'Applied', message: appliedText(names) }];
  const message =
    `Expected label ${LABELS.faults} to be none or any of ${FAULTS.join(', ')}, joined by dots, found ` +
    `${unknown.map((word) => `"${word}"`).join(', ')} in "${label}". ${effectText(names)}`;
  return [{ type: TYPE, status: 'False', reason: 'UnknownFault', message }];
}
