// How much a seat may use: the ResourceQuota of its namespace, and the LimitRange of its containers.
// https://kubernetes.io/docs/concepts/policy/resource-quotas/ https://kubernetes.io/docs/concepts/policy/limit-range/
import { amountOf, amountText, plus, sum } from '../../kubernetes/quantity.ts';
import type { Amounts, Quantity } from '../../kubernetes/quantity.ts';
import type { QuotaSpec } from '../api/types.ts';
import { DEFAULTS } from './resource-requirements.ts';
import type { SeatRequirements } from './resource-requirements.ts';

const MI = 2 ** 20;

/** How many pods with default requests the attendee may add. */
const ATTENDEE_PODS = 3;

/** What the isolation test's pod may request. */
export const PROBE_RESOURCES = { requests: { cpu: 25, memory: 64 * MI }, limits: { memory: 128 * MI } } as const;

/** How many objects of each kind the attendee may add. */
const ATTENDEE_OBJECTS = 10;

/** The limits of a quota per resource: its `spec.hard`. */
export type HardLimits = Readonly<Record<string, string>>;

/**
 * A quantity in the form that the API server returns, so that a comparison with the live object works. Memory is in
 * whole Mi.
 */
function quantityText(resource: string, amount: number): string {
  if (!resource.endsWith('memory')) return amountText(resource, amount);
  const mi = Math.ceil(amount / MI);
  return mi % 1024 === 0 && mi > 0 ? `${mi / 1024}Gi` : `${mi}Mi`;
}

/** What the lab requires to run and to be updated. During an update one more pod runs, until the new one is ready. */
function minimumOf(requirements: SeatRequirements): { cpu: number; memory: number; pods: number } {
  const { cpu = 0 } = plus(requirements.requests, requirements.largest.requests);
  const { memory = 0 } = plus(requirements.limits, requirements.largest.limits);
  return { cpu, memory, pods: requirements.pods.length + 1 };
}

/**
 * Why the lab does not fit the Workshop's quota, and what to do. Undefined if it fits.
 * @throws Error for an invalid quantity
 */
export function quotaProblem(requirements: SeatRequirements, quota: QuotaSpec = {}): string | undefined {
  const minimum = minimumOf(requirements);
  const tooSmall = (['cpu', 'memory', 'pods'] as const).flatMap((name) => {
    const given = quota[name];
    if (given === undefined || amountOf(name, given) >= minimum[name]) return [];
    return [{ name, given, needed: quantityText(name, minimum[name]) }];
  });
  if (tooSmall.length === 0) return undefined;
  const found = tooSmall.map(({ name, given, needed }) => `${name} ${given} where ${needed} is needed`).join(', ');
  const advice = tooSmall.map(({ name, needed }) => `${name}: ${needed}`).join(', ');
  return (
    `Expected a quota that the lab fits, with room for one more pod during updates; found ${found}. ` +
    `In the Workshop, set spec.quota to ${advice} or more, or leave it out to have it derived.`
  );
}

/** The derived quota: the lab, twice its largest pod for updates, the attendee's pods, and the isolation test's pod. */
function derivedQuota(requirements: SeatRequirements): { requests: Amounts; limits: Amounts; pods: number } {
  const all = (kind: 'requests' | 'limits'): Amounts =>
    sum([
      requirements[kind],
      requirements.largest[kind],
      requirements.largest[kind],
      PROBE_RESOURCES[kind],
      ...Array.from({ length: ATTENDEE_PODS }, () => DEFAULTS[kind]),
    ]);
  // Twice the lab's pods: all may be replaced at once if their requests fit.
  return { requests: all('requests'), limits: all('limits'), pods: 2 * requirements.pods.length + ATTENDEE_PODS + 1 };
}

const EXTERNAL_SERVICES: Readonly<Record<string, HardLimits>> = {
  ClusterIP: { 'services.nodeports': '0', 'services.loadbalancers': '0' },
  NodePort: { 'services.nodeports': '1', 'services.loadbalancers': '0' },
  // A Service of type LoadBalancer also takes a node port.
  LoadBalancer: { 'services.nodeports': '1', 'services.loadbalancers': '1' },
};

/**
 * The quota of a seat. In the Workshop's quota, `cpu` bounds the sum of requests. `memory` bounds the sums of limits
 * and of requests.
 * @throws Error for an invalid quantity
 */
export function quotaOf(requirements: SeatRequirements, quota: QuotaSpec = {}, serviceType = 'ClusterIP'): HardLimits {
  const { requests, limits, pods } = derivedQuota(requirements);
  const hard = (resource: string, given: Quantity | undefined, amounts: Amounts): string =>
    quantityText(resource, given === undefined ? (amounts[resource] ?? 0) : amountOf(resource, given));
  const counts = (kind: string): string => String((requirements.objects[kind] ?? 0) + ATTENDEE_OBJECTS);
  // Deployments are not counted: only the operator may create them, and each counted kind delays the pods.
  return {
    'requests.cpu': hard('cpu', quota.cpu, requests),
    'requests.memory': hard('memory', quota.memory, requests),
    'limits.memory': hard('memory', quota.memory, limits),
    pods: String(quota.pods ?? pods),
    configmaps: counts('ConfigMap'),
    secrets: counts('Secret'),
    services: counts('Service'),
    persistentvolumeclaims: '0',
    ...EXTERNAL_SERVICES[serviceType],
  };
}

/** The limits of a LimitRange. */
export const limitsOf = ({ memoryLimit }: SeatRequirements): object[] => [
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
