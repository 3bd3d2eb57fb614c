// Decides which nodes accept the pods of a lab, from the lab's node selector and tolerations.
import { completeValues } from '../../cdk8s/render.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import type { Node, Taint, Toleration } from '../../kubernetes/types.ts';

export interface Placement {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
}

/** Returns the node selector and the tolerations of a lab's pods. */
export function placementOf(lab?: SomeValues): Placement {
  const { nodeSelector, tolerations } = completeValues(lab);
  return { nodeSelector, tolerations };
}

/**
 * Whether the toleration lets a pod run in spite of the taint.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
function tolerates({ key = '', operator, value = '', effect = '' }: Toleration, taint: Taint): boolean {
  const matchesAnyValue = operator === 'Exists';
  if (effect !== '' && effect !== taint.effect) return false;
  if (key === '') return matchesAnyValue;
  return key === taint.key && (matchesAnyValue || value === (taint.value ?? ''));
}

const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;

/**
 * Whether the scheduler may put a pod with this node selector and these tolerations on the node. The node's free
 * resources do not matter here.
 */
export function accepts(node: Node, { nodeSelector = {}, tolerations = [] }: Placement): boolean {
  if (node.spec?.unschedulable === true || !isReady(node)) return false;
  const taints = (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  return (
    taints.every((taint) => tolerations.some((toleration) => tolerates(toleration, taint))) &&
    Object.entries(nodeSelector).every(([label, value]) => node.metadata.labels?.[label] === value)
  );
}
