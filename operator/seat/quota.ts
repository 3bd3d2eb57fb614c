// How much a seat may use: a ResourceQuota for the namespace, and a LimitRange for its containers.
// https://kubernetes.io/docs/concepts/policy/resource-quotas/ https://kubernetes.io/docs/concepts/policy/limit-range/
import { amountOf, amountText, plus, sum } from '../../kubernetes/quantity.ts';
import type { Amounts, Quantity } from '../../kubernetes/quantity.ts';
import type { QuotaSpec } from '../api/types.ts';
import { DEFAULTS } from './resource-requirements.ts';
import type { SeatNeed } from './resource-requirements.ts';

const MI = 2 ** 20;

/** Room for pods of the attendee's own: for as many that ask for nothing in particular. */
const OWN_PODS = 3;

/** The pod that finds out whether seats are isolated from each other may ask for no more than this. */
export const PROBE_ROOM = { requests: { cpu: 25, memory: 64 * MI }, limits: { memory: 128 * MI } } as const;

/** Room for objects of the attendee's own, of each kind. */
const OWN_OBJECTS = 10;

/** How many of each resource a quota allows, as `spec.hard` has it. */
export type Hard = Readonly<Record<string, string>>;

/** A quantity as the API server would write it, so that what is wanted compares equal to what is there; memory in whole Mi. */
function quantityText(resource: string, amount: number): string {
  if (!resource.endsWith('memory')) return amountText(resource, amount);
  const mi = Math.ceil(amount / MI);
  return mi % 1024 === 0 && mi > 0 ? `${mi / 1024}Gi` : `${mi}Mi`;
}

/** What the lab itself needs to run, and to be changed: one pod more, since an old one goes only when the new one is ready. */
function leastOf(need: SeatNeed): { cpu: number; memory: number; pods: number } {
  const { cpu = 0 } = plus(need.requests, need.largest.requests);
  const { memory = 0 } = plus(need.limits, need.largest.limits);
  return { cpu, memory, pods: need.pods.length + 1 };
}

/**
 * Why the lab doesn't fit into the quota that was given, and what to do; undefined where it does.
 * @throws Error for a quantity that is none
 */
export function tooSmall(need: SeatNeed, quota: QuotaSpec = {}): string | undefined {
  const least = leastOf(need);
  const lacking = (['cpu', 'memory', 'pods'] as const).flatMap((name) => {
    const given = quota[name];
    return given === undefined || amountOf(name, given) >= least[name]
      ? []
      : [{ name, given, least: quantityText(name, least[name]) }];
  });
  if (lacking.length === 0) return undefined;
  const differences = lacking
    .map(({ name, given, least: needed }) => `${name} ${given} where ${needed} is needed`)
    .join(', ');
  return (
    `Expected a quota that the lab fits, with room for one more pod while it is changed; found ${differences}. ` +
    `In the Workshop, set spec.quota to ${lacking.map(({ name, least: needed }) => `${name}: ${needed}`).join(', ')} or more, or leave it out to have it derived.`
  );
}

/** What is derived: the lab, two of its largest pod on top while it is changed, pods of the attendee's own, and the probe. */
function derived(need: SeatNeed): { requests: Amounts; limits: Amounts; pods: number } {
  const all = (of: 'requests' | 'limits'): Amounts =>
    sum([
      need[of],
      need.largest[of],
      need.largest[of],
      PROBE_ROOM[of],
      ...Array.from({ length: OWN_PODS }, () => DEFAULTS[of]),
    ]);
  // Pods that are counted only: all of the lab's may be replaced at once, as far as what they request allows.
  return { requests: all('requests'), limits: all('limits'), pods: 2 * need.pods.length + OWN_PODS + 1 };
}

const SERVICES_BEYOND_CLUSTER: Readonly<Record<string, Hard>> = {
  ClusterIP: { 'services.nodeports': '0', 'services.loadbalancers': '0' },
  NodePort: { 'services.nodeports': '1', 'services.loadbalancers': '0' },
  // A load balancer's Service takes a port of the nodes too.
  LoadBalancer: { 'services.nodeports': '1', 'services.loadbalancers': '1' },
};

/**
 * The quota of a seat. Of one that was given, `cpu` is what pods may request and `memory` what their limits may add up to, which
 * bounds what they request too.
 * @throws Error for a quantity that is none
 */
export function quotaOf(need: SeatNeed, quota: QuotaSpec = {}, serviceType = 'ClusterIP'): Hard {
  const { requests, limits, pods } = derived(need);
  const of = (resource: string, given: Quantity | undefined, amounts: Amounts): string =>
    quantityText(resource, given === undefined ? (amounts[resource] ?? 0) : amountOf(resource, given));
  const counts = (kind: string): string => String((need.objects[kind] ?? 0) + OWN_OBJECTS);
  // Deployments are not counted: nobody but the operator may make any in a seat, and each count is one more that pods wait for.
  return {
    'requests.cpu': of('cpu', quota.cpu, requests),
    'requests.memory': of('memory', quota.memory, requests),
    'limits.memory': of('memory', quota.memory, limits),
    pods: String(quota.pods ?? pods),
    configmaps: counts('ConfigMap'),
    secrets: counts('Secret'),
    services: counts('Service'),
    persistentvolumeclaims: '0',
    ...SERVICES_BEYOND_CLUSTER[serviceType],
  };
}

/** The limits of a LimitRange. */
export const limitsOf = ({ memoryLimit }: SeatNeed): object[] => [
  {
    type: 'Container',
    default: { memory: quantityText('memory', memoryLimit.default) },
    defaultRequest: {
      cpu: quantityText('cpu', DEFAULTS.requests.cpu),
      memory: quantityText('memory', DEFAULTS.requests.memory),
    },
    max: { memory: quantityText('memory', memoryLimit.max) },
  },
];
