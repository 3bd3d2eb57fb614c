// Which nodes take a lab's pods, and how its values say so.
import { completeValues } from '../../cdk8s/render.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import type { Node, Taint, Toleration } from '../../kubernetes/types.ts';

export interface Placement {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
}

/** Where the pods of a lab may run. */
export function placementOf(lab?: SomeValues): Placement {
  const { nodeSelector, tolerations } = completeValues(lab);
  return { nodeSelector, tolerations };
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
function tolerates({ key = '', operator, value = '', effect = '' }: Toleration, taint: Taint): boolean {
  const ofAnyValue = operator === 'Exists';
  if (effect !== '' && effect !== taint.effect) return false;
  if (key === '') return ofAnyValue;
  return key === taint.key && (ofAnyValue || value === (taint.value ?? ''));
}

const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;

/** Whether the scheduler would put a new pod with that placement on the node, room aside. */
export function takes(node: Node, { nodeSelector = {}, tolerations = [] }: Placement): boolean {
  if (node.spec?.unschedulable === true || !isReady(node)) return false;
  const repelling = (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  return (
    repelling.every((taint) => tolerations.some((toleration) => tolerates(toleration, taint))) &&
    Object.entries(nodeSelector).every(([label, value]) => node.metadata.labels?.[label] === value)
  );
}
