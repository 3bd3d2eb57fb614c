// Computes a Workshop's state: the one word that `kubectl get workshops` shows. It is the reason of the condition that
// needs the instructor most.
import { conditionOf } from '../../kubernetes/conditions.ts';
import type { Condition } from '../../kubernetes/object.ts';

/** A type of condition, and the status or one of the reasons with which it decides the state. */
type Rank = readonly [type: string, ...values: string[]];

/**
 * The conditions that decide the state, worst first: what is ending, what is broken, what is held back, what goes on,
 * and what will matter later.
 */
const WORST_FIRST: readonly Rank[] = [
  ['Ready', 'Terminating', 'InvalidSpec'],
  ['Progressing', 'DeletionUnconfirmed'],
  ['Ready', 'Expired'],
  ['Degraded', 'True'],
  ['NetworkIsolation', 'False'],
  ['CapacityAvailable', 'False'],
  ['ImagesReady', 'ErrImagePull', 'NoNodes', 'PullRefused'],
  ['Progressing', 'Paused'],
  ['FaultsApplied', 'False'],
  ['Progressing', 'Scheduled', 'Updating'],
  ['Ready', 'False'],
  ['AccessReady', 'False'],
];

/** Returns the reason of the worst condition. If no condition needs attention, returns the reason of Ready. */
export function stateOf(conditions: readonly Condition[]): string {
  const worst = WORST_FIRST.map(([type, ...values]) => {
    const condition = conditionOf(conditions, type);
    return condition && (values.includes(condition.status) || values.includes(condition.reason))
      ? condition
      : undefined;
  });
  const decisive = worst.find((condition) => condition !== undefined) ?? conditionOf(conditions, 'Ready');
  return decisive?.reason ?? 'Unknown';
}
