// Decides whether missing Seats fit on the nodes. It counts the resources that pods request, not those that they use.
// The Kubernetes scheduler does the same.
import { amountText, amountsOf, greater, minus, plus, sum } from '../../kubernetes/quantity.ts';
import type { Amounts } from '../../kubernetes/quantity.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import type { Container, Node, Pod, PodSpec } from '../../kubernetes/types.ts';
import { accepts } from './placement.ts';
import type { Placement } from './placement.ts';

/** The resources and the kind of node that one pod of a seat needs. */
export interface PodRequirements extends Placement {
  readonly requests: Amounts;
}

/** The resources that a seat's pods need. */
export interface SeatRequirements {
  readonly pods: readonly { readonly requests: Amounts }[];
}

/** Requests of all scheduled pods: their sum for each node, and the single pods' requests for each namespace. */
export interface Usage {
  readonly byNode: ReadonlyMap<string, Amounts>;
  readonly byNamespace: ReadonlyMap<string, readonly Amounts[]>;
}

const requestsOf = ({ resources }: Container): Amounts => amountsOf(resources?.requests);

/**
 * Returns the resources that the Kubernetes scheduler reserves for a pod.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
export function podRequests({ containers, initContainers = [], resources, overhead }: PodSpec): Amounts {
  let sidecars: Amounts = {};
  let start: Amounts = {};
  for (const container of initContainers) {
    const requests = requestsOf(container);
    start = greater(start, plus(sidecars, requests));
    if (container.restartPolicy === 'Always') sidecars = plus(sidecars, requests);
  }
  const total = greater(start, plus(sidecars, sum(containers.map(requestsOf))));
  return plus({ ...total, ...amountsOf(resources?.requests) }, amountsOf(overhead));
}

/** Adds up the requests of pods. Ignores pods that have ended and pods that have no node. */
export function usageOf(pods: readonly Pod[]): Usage {
  const bound = pods
    .filter(
      ({ spec, status }) => spec.nodeName !== undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
    )
    .map(({ spec, metadata }) => ({
      node: spec.nodeName,
      namespace: metadata.namespace ?? '',
      requests: podRequests(spec),
    }));
  const byNode = new Map<string, Amounts>();
  for (const { node = '', requests } of bound) byNode.set(node, plus(byNode.get(node) ?? {}, { ...requests, pods: 1 }));
  const namespaces = Map.groupBy(bound, ({ namespace }) => namespace);
  return {
    byNode,
    byNamespace: new Map([...namespaces].map(([name, podsThere]) => [name, podsThere.map(({ requests }) => requests)])),
  };
}

/**
 * Whether a placed pod has the requests that the lab gives it. The pod may have further requests, because the
 * namespace's LimitRange may add some.
 */
const hasRequests = (expected: Amounts, placed: Amounts): boolean =>
  Object.entries(expected).every(([resource, amount]) => placed[resource] === amount);

/** Returns the pods of a seat that have no node yet. It recognizes the placed pods by their requests. */
export function unscheduledPods(pods: readonly PodRequirements[], placed: readonly Amounts[] = []): PodRequirements[] {
  const unmatched = [...placed];
  return pods.filter(({ requests }) => {
    const index = unmatched.findIndex((one) => hasRequests(requests, one));
    if (index >= 0) unmatched.splice(index, 1);
    return index < 0;
  });
}

interface NodeCapacity {
  readonly node: Node;
  free: Amounts;
}

function covers(free: Amounts, needed: Amounts): boolean {
  for (const resource in needed) if ((needed[resource] ?? 0) > (free[resource] ?? 0)) return false;
  return true;
}

const podAmounts = ({ requests }: PodRequirements): Amounts => ({ ...requests, pods: 1 });

/** A pod that fits on no node. */
interface PlacementFailure {
  readonly pod: PodRequirements;
  /** The resource that is too scarce for this pod on the largest number of nodes. */
  readonly resource: string;
}

function failureOf(nodes: readonly NodeCapacity[], pod: PodRequirements): PlacementFailure {
  const needed = podAmounts(pod);
  const possible = nodes.filter(({ node }) => accepts(node, pod));
  const lacking = (resource: string): number =>
    possible.filter(({ free }) => (free[resource] ?? 0) < (needed[resource] ?? 0)).length;
  const [resource = 'pods'] = Object.keys(needed).sort((a, b) => lacking(b) - lacking(a));
  return { pod, resource };
}

/** Places each pod on the first node with enough free resources. Places all of the pods or none of them. */
function place(nodes: readonly NodeCapacity[], pods: readonly PodRequirements[]): PlacementFailure | undefined {
  const taken: { readonly capacity: NodeCapacity; readonly before: Amounts }[] = [];
  for (const pod of pods) {
    const needed = podAmounts(pod);
    const first = nodes.find(({ node, free }) => covers(free, needed) && accepts(node, pod));
    if (first === undefined) {
      const failure = failureOf(nodes, pod);
      for (const { capacity, before } of taken.toReversed()) capacity.free = before;
      return failure;
    }
    taken.push({ capacity: first, before: first.free });
    first.free = minus(first.free, needed);
  }
  return undefined;
}

/** Why a seat does not fit on the nodes. It describes the first pod of the seat that fits on no node. */
export interface Shortage {
  /** Number of nodes that accept the pod, if their free resources are ignored. */
  readonly nodes: number;
  /** The resource that is too scarce for the pod on the largest number of these nodes. */
  readonly resource: string;
  /**
   * Amount of the resource that the pod requests. The field `seat` holds the amount that all pods of the seat request.
   */
  readonly pod: number;
  readonly seat: number;
  /** Amount of the resource that is free on all nodes that accept the pod, added up. */
  readonly free: number;
}

export interface Fit {
  /** Names of the seats that fit, in order, up to the first seat that does not fit. */
  readonly fitting: readonly string[];
  /** Why the first seat that does not fit has no room. Unset if all seats fit. */
  readonly shortage?: Shortage;
}

function shortageOf(
  nodes: readonly NodeCapacity[],
  { pod, resource }: PlacementFailure,
  seat: readonly PodRequirements[],
): Shortage {
  const possible = nodes.filter(({ node }) => accepts(node, pod));
  return {
    nodes: possible.length,
    resource,
    pod: podAmounts(pod)[resource] ?? 0,
    seat: sum(seat.map(podAmounts))[resource] ?? 0,
    free: possible.reduce((total, { free }) => total + Math.max(0, free[resource] ?? 0), 0),
  };
}

export interface CapacityInput {
  readonly nodes: readonly Node[];
  readonly usage: Usage;
  /** Pods of Seats that exist but are still being created. These pods are placed before those of missing Seats. */
  readonly reserved: readonly PodRequirements[];
  /** The Seats that do not exist yet, in the order of the attendees, each with the pods that it will need. */
  readonly seats: readonly { readonly name: string; readonly pods: readonly PodRequirements[] }[];
}

/** Places the pods of missing Seats, one Seat after another, until a Seat does not fit. */
export function fitSeats({ usage, reserved, seats, ...input }: CapacityInput): Fit {
  const nodes = input.nodes.map((node): NodeCapacity => ({
    node,
    free: minus(amountsOf(node.status?.allocatable), usage.byNode.get(node.metadata.name) ?? {}),
  }));
  for (const pod of reserved) place(nodes, [pod]);
  const fitting: string[] = [];
  for (const { name, pods } of seats) {
    const left = place(nodes, pods);
    if (left) return { fitting, shortage: shortageOf(nodes, left, pods) };
    fitting.push(name);
  }
  return { fitting };
}

const TYPE = 'CapacityAvailable';

function shortageText({ nodes, resource, pod, seat, free }: Shortage): string {
  if (nodes === 0) {
    return (
      'Expected a node that is Ready and schedulable, has the labels of lab.nodeSelector, and has only taints ' +
      'that lab.tolerations allow. ' +
      'Found none. Change the nodes or spec.lab.'
    );
  }
  const text = (amount: number): string => amountText(resource, amount);
  return (
    `Not enough ${resource}: a seat needs ${text(seat)}, one of its pods needs ${text(pod)}, and ${nodes} ` +
    `node${nodes === 1 ? ' has' : 's have'} ${text(free)}` +
    ' left in total. Add nodes, remove attendees or lower the requests in spec.lab. The other seats are created ' +
    'once they fit.'
  );
}

/**
 * Builds the condition CapacityAvailable.
 * @param desired number of wanted Seats
 * @param existing number of wanted Seats that already exist
 */
export function capacityCondition(desired: number, existing: number, { fitting, shortage }: Fit): ConditionSpec {
  const fits = existing + fitting.length;
  if (desired === 0) return { type: TYPE, status: 'True', reason: 'Fits', message: 'The Workshop needs no seats now.' };
  if (shortage)
    return {
      type: TYPE,
      status: 'False',
      reason: 'InsufficientCapacity',
      message: `${fits} of ${desired} seats fit on the nodes. ${shortageText(shortage)}`,
    };
  return { type: TYPE, status: 'True', reason: 'Fits', message: `${desired} of ${desired} seats fit on the nodes.` };
}

/**
 * Builds the condition CapacityAvailable for a cluster whose nodes or pods the operator can't list. The operator then
 * creates Seats without a capacity check.
 */
export const capacityUnknown = (denial: string): ConditionSpec => ({
  type: TYPE,
  status: 'Unknown',
  reason: 'NotReadable',
  message:
    `The API server does not let the operator list nodes and pods: ${denial}. Restore the chart's cluster roles ` +
    'with helm upgrade. Seats are created anyway.',
});
