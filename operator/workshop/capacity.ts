// Whether the nodes have room for the seats that are still to be made, reckoned as the scheduler does: what is requested counts,
// not what is used.
import { amountText, amountsOf, greater, minus, plus, sum } from '../../kubernetes/quantity.ts';
import type { Amounts } from '../../kubernetes/quantity.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import type { Container, Node, Pod, PodSpec } from '../../kubernetes/types.ts';
import { takes } from './placement.ts';
import type { Placement } from './placement.ts';

/** A pod that a seat needs. */
export interface PodRequirements extends Placement {
  readonly requests: Amounts;
}

/** What a seat needs of the nodes. */
export interface SeatRequirements {
  readonly pods: readonly { readonly requests: Amounts }[];
}

/** What pods have taken of the nodes, and each namespace's pods that have a node. */
export interface Usage {
  readonly byNode: ReadonlyMap<string, Amounts>;
  readonly byNamespace: ReadonlyMap<string, readonly Amounts[]>;
}

const requestsOf = ({ resources }: Container): Amounts => amountsOf(resources?.requests);

/**
 * What the scheduler sets aside for a pod.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
export function podRequests({ containers, initContainers = [], resources, overhead }: PodSpec): Amounts {
  let sidecars: Amounts = {};
  let start: Amounts = {};
  for (const container of initContainers) {
    const own = requestsOf(container);
    start = greater(start, plus(sidecars, own));
    if (container.restartPolicy === 'Always') sidecars = plus(sidecars, own);
  }
  const ofContainers = greater(start, plus(sidecars, sum(containers.map(requestsOf))));
  return plus({ ...ofContainers, ...amountsOf(resources?.requests) }, amountsOf(overhead));
}

/** Pods that ended, and those that have no node yet, take nothing. */
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
    byNamespace: new Map([...namespaces].map(([name, own]) => [name, own.map(({ requests }) => requests)])),
  };
}

/** Requests that the namespace's LimitRange adds are none of the lab's. */
const requestsAs = (need: Amounts, placed: Amounts): boolean =>
  Object.entries(need).every(([resource, amount]) => placed[resource] === amount);

/** The pods of a seat that have no node yet, told from those that do by what they request. */
export function stillToPlace(need: readonly PodRequirements[], placed: readonly Amounts[] = []): PodRequirements[] {
  const there = [...placed];
  return need.filter(({ requests }) => {
    const index = there.findIndex((one) => requestsAs(requests, one));
    if (index >= 0) there.splice(index, 1);
    return index < 0;
  });
}

interface Room {
  readonly node: Node;
  free: Amounts;
}

function covers(free: Amounts, needed: Amounts): boolean {
  for (const resource in needed) if ((needed[resource] ?? 0) > (free[resource] ?? 0)) return false;
  return true;
}

const asPod = ({ requests }: PodRequirements): Amounts => ({ ...requests, pods: 1 });

/** A pod that no node has room for. */
interface Unplaced {
  readonly pod: PodRequirements;
  /** The resource of which most nodes have too little. */
  readonly resource: string;
}

function unplaced(rooms: readonly Room[], pod: PodRequirements): Unplaced {
  const needed = asPod(pod);
  const possible = rooms.filter(({ node }) => takes(node, pod));
  const lacking = (resource: string): number =>
    possible.filter(({ free }) => (free[resource] ?? 0) < (needed[resource] ?? 0)).length;
  const [resource = 'pods'] = Object.keys(needed).sort((a, b) => lacking(b) - lacking(a));
  return { pod, resource };
}

/** Puts each pod on the first node with room. Either all find one and take it, or nothing is taken. */
function place(rooms: readonly Room[], pods: readonly PodRequirements[]): Unplaced | undefined {
  const taken: { readonly room: Room; readonly before: Amounts }[] = [];
  for (const pod of pods) {
    const needed = asPod(pod);
    const room = rooms.find(({ node, free }) => covers(free, needed) && takes(node, pod));
    if (room === undefined) {
      const found = unplaced(rooms, pod);
      for (const { room: used, before } of taken.toReversed()) used.free = before;
      return found;
    }
    taken.push({ room, before: room.free });
    room.free = minus(room.free, needed);
  }
  return undefined;
}

/** Why a seat did not fit. */
export interface Shortage {
  /** Of nodes that would take the pod, room aside. */
  readonly nodes: number;
  /** The resource of which most of these have too little. */
  readonly resource: string;
  /** Of the pod, and of the seat. */
  readonly pod: number;
  readonly seat: number;
  /** Of these nodes together. */
  readonly free: number;
}

export interface Fit {
  /** The seats for which there is room, the first ones. */
  readonly fitting: readonly string[];
  /** Where not all fit: what the first that doesn't lacks. */
  readonly shortage?: Shortage;
}

function shortageOf(rooms: readonly Room[], { pod, resource }: Unplaced, seat: readonly PodRequirements[]): Shortage {
  const possible = rooms.filter(({ node }) => takes(node, pod));
  return {
    nodes: possible.length,
    resource,
    pod: asPod(pod)[resource] ?? 0,
    seat: sum(seat.map(asPod))[resource] ?? 0,
    free: possible.reduce((total, { free }) => total + Math.max(0, free[resource] ?? 0), 0),
  };
}

export interface CapacityInput {
  readonly nodes: readonly Node[];
  readonly usage: Usage;
  /** Pods of seats that are being made: theirs comes first. */
  readonly reserved: readonly PodRequirements[];
  /** The seats still to be made, in order, with all their pods. */
  readonly seats: readonly { readonly name: string; readonly pods: readonly PodRequirements[] }[];
}

/** First come, first served: seats are placed in order until one doesn't fit. */
export function fitSeats({ nodes, usage, reserved, seats }: CapacityInput): Fit {
  const rooms = nodes.map((node): Room => ({
    node,
    free: minus(amountsOf(node.status?.allocatable), usage.byNode.get(node.metadata.name) ?? {}),
  }));
  for (const pod of reserved) place(rooms, [pod]);
  const fitting: string[] = [];
  for (const { name, pods } of seats) {
    const left = place(rooms, pods);
    if (left) return { fitting, shortage: shortageOf(rooms, left, pods) };
    fitting.push(name);
  }
  return { fitting };
}

const TYPE = 'CapacityAvailable';

function shortageText({ nodes, resource, pod, seat, free }: Shortage): string {
  if (nodes === 0) {
    return (
      'No node takes its pods: expected one that is Ready and schedulable, has the labels of lab.nodeSelector, and only taints that' +
      ' lab.tolerations name. Change one or the other.'
    );
  }
  const text = (amount: number): string => amountText(resource, amount);
  return (
    `Short of ${resource}: a seat needs ${text(seat)}, one of its pods ${text(pod)}, and what is free on ${nodes} node${nodes === 1 ? '' : 's'} is ${text(free)}` +
    ' in all. Add nodes, remove attendees or lower the requests in spec.lab; the others follow by themselves once there is room.'
  );
}

/** `there`: how many of the `desired` seats have been made already. */
export function capacityCondition(desired: number, there: number, { fitting, shortage }: Fit): ConditionSpec {
  const fits = there + fitting.length;
  if (desired === 0) return { type: TYPE, status: 'True', reason: 'Fits', message: 'No seat is to be made.' };
  if (shortage)
    return {
      type: TYPE,
      status: 'False',
      reason: 'InsufficientCapacity',
      message: `Fits ${fits} of ${desired} seats. ${shortageText(shortage)}`,
    };
  return { type: TYPE, status: 'True', reason: 'Fits', message: `Fits ${desired} of ${desired} seats.` };
}

/** Nothing is held back for what can't be known. */
export const capacityUnknown = (refusal: string): ConditionSpec => ({
  type: TYPE,
  status: 'Unknown',
  reason: 'NotReadable',
  message: `Whether the nodes have room can't be told: ${refusal}. Let the operator list nodes and pods, as its chart does. Seats are made all the same.`,
});
