// Computes how many resources a seat may use: the ResourceQuota of its namespace, and the LimitRange of its containers.
// https://kubernetes.io/docs/concepts/policy/resource-quotas/ https://kubernetes.io/docs/concepts/policy/limit-range/
import { amountOf, amountText, plus, sum } from '../../kubernetes/quantity.ts';
import type { Amounts, Quantity } from '../../kubernetes/quantity.ts';
import type { QuotaSpec } from '../api/types.ts';
import { DEFAULTS } from './resource-requirements.ts';
import type { SeatRequirements } from './resource-requirements.ts';

const MI = 2 ** 20;

/** Number of the attendee's own pods, with default requests, for which a computed quota has room. */
const ATTENDEE_PODS = 3;

/**
 * Requests and limits that a computed quota reserves for the isolation test's pod. CPU is in millicores, memory in
 * bytes.
 */
export const PROBE_RESOURCES = { requests: { cpu: 25, memory: 64 * MI }, limits: { memory: 128 * MI } } as const;

/** Number of ConfigMaps that the attendee may add to those of the lab. It is the same for Secrets and Services. */
const ATTENDEE_OBJECTS = 10;

/**
 * Disk of a container without a limit of its own, and the most that the attendee may ask for, in bytes. It counts logs,
 * changed files and volumes of type emptyDir. The kubelet evicts a pod that uses more.
 * https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage
 */
const DISK = { default: 128 * MI, max: 512 * MI } as const;
const EPHEMERAL_STORAGE = 'ephemeral-storage';

/** The limits of a ResourceQuota by resource, as in its field `spec.hard`. */
export type HardLimits = Readonly<Record<string, string>>;

/**
 * Formats a quantity in the same way as the API server, so that the text can be compared with the live ResourceQuota.
 * Rounds memory up to whole Mi.
 */
function quantityText(resource: string, amount: number): string {
  if (!/memory$|storage$/.test(resource)) return amountText(resource, amount);
  const mi = Math.ceil(amount / MI);
  return mi % 1024 === 0 && mi > 0 ? `${mi / 1024}Gi` : `${mi}Mi`;
}

/**
 * Returns the resources that the lab needs while it runs and while it is updated. During an update, an old pod and its
 * replacement run at the same time.
 */
function minimumOf(requirements: SeatRequirements): { cpu: number; memory: number; pods: number } {
  const { cpu = 0 } = plus(requirements.requests, requirements.largest.requests);
  const { memory = 0 } = plus(requirements.limits, requirements.largest.limits);
  return { cpu, memory, pods: requirements.pods.length + 1 };
}

/**
 * Returns why the lab does not fit into the Workshop's quota, and what to do. Returns undefined if the lab fits.
 * @throws Error if the quota contains an invalid quantity
 */
export function quotaProblem(requirements: SeatRequirements, quota: QuotaSpec = {}): string | undefined {
  const minimum = minimumOf(requirements);
  const tooSmall = (['cpu', 'memory', 'pods'] as const).flatMap((name) => {
    const given = quota[name];
    if (given === undefined || amountOf(name, given) >= minimum[name]) return [];
    return [{ name, given, needed: quantityText(name, minimum[name]) }];
  });
  if (tooSmall.length === 0) return undefined;
  const found = tooSmall
    .map(({ name, given, needed }) => `found ${name} ${given}, expected at least ${needed}`)
    .join('; ');
  const advice = tooSmall.map(({ name, needed }) => `${name}: ${needed}`).join(', ');
  return (
    `The quota is too small for the lab and one more pod during updates: ${found}. ` +
    `In the Workshop, set spec.quota to ${advice} or more. Or remove spec.quota, so that the operator computes it.`
  );
}

/**
 * Computes a quota for a lab. It has room for the lab, twice its largest pod for updates, the attendee's own pods, the
 * isolation test's pod, and the terminal.
 */
function derivedQuota(requirements: SeatRequirements): { requests: Amounts; limits: Amounts; pods: number } {
  const all = (kind: 'requests' | 'limits'): Amounts =>
    sum([
      requirements[kind],
      requirements.largest[kind],
      requirements.largest[kind],
      PROBE_RESOURCES[kind],
      ...requirements.onDemand.map((pod) => pod[kind]),
      ...Array.from({ length: ATTENDEE_PODS }, () => DEFAULTS[kind]),
    ]);
  // Allows twice as many pods as the lab has, because Kubernetes may replace all of them at once.
  const pods = 2 * requirements.pods.length + requirements.onDemand.length + ATTENDEE_PODS + 1;
  return { requests: all('requests'), limits: all('limits'), pods };
}

/** Returns how much disk all pods of the seat may use: the default for each, and what the lab itself asks for. */
function diskOf({ limits, largest }: SeatRequirements, pods: number): string {
  const all = plus(limits, plus(largest.limits, largest.limits));
  return quantityText(EPHEMERAL_STORAGE, pods * DISK.default + (all[EPHEMERAL_STORAGE] ?? 0));
}

const EXTERNAL_SERVICES: Readonly<Record<string, HardLimits>> = {
  ClusterIP: { 'services.nodeports': '0', 'services.loadbalancers': '0' },
  NodePort: { 'services.nodeports': '1', 'services.loadbalancers': '0' },
  // Each Service of type LoadBalancer also uses a node port.
  LoadBalancer: { 'services.nodeports': '1', 'services.loadbalancers': '1' },
};

/**
 * Returns the quota of a seat: the values from the Workshop, or computed values for those that are missing. The
 * Workshop's `cpu` limits the sum of CPU requests. Its `memory` limits the sum of memory requests and the sum of memory
 * limits.
 * @throws Error if the quota contains an invalid quantity
 */
export function quotaOf(requirements: SeatRequirements, quota: QuotaSpec = {}, serviceType = 'ClusterIP'): HardLimits {
  const { requests, limits, pods } = derivedQuota(requirements);
  const hard = (resource: string, given: Quantity | undefined, amounts: Amounts): string =>
    quantityText(resource, given === undefined ? (amounts[resource] ?? 0) : amountOf(resource, given));
  const counts = (kind: string): string => String((requirements.objects[kind] ?? 0) + ATTENDEE_OBJECTS);
  // The quota does not limit the number of Deployments. Only the operator may create them, and each further kind in the
  // quota delays the start of the pods.
  return {
    'requests.cpu': hard('cpu', quota.cpu, requests),
    'requests.memory': hard('memory', quota.memory, requests),
    'limits.memory': hard('memory', quota.memory, limits),
    [`limits.${EPHEMERAL_STORAGE}`]: diskOf(requirements, quota.pods ?? pods),
    pods: String(quota.pods ?? pods),
    configmaps: counts('ConfigMap'),
    secrets: counts('Secret'),
    services: counts('Service'),
    persistentvolumeclaims: '0',
    ...EXTERNAL_SERVICES[serviceType],
  };
}

/** Builds the field `spec.limits` of the LimitRange. */
export const limitsOf = ({ memoryLimit, largest }: SeatRequirements): object[] => [
  {
    type: 'Container',
    default: {
      memory: quantityText('memory', memoryLimit.default),
      [EPHEMERAL_STORAGE]: quantityText(EPHEMERAL_STORAGE, DISK.default),
    },
    defaultRequest: {
      cpu: quantityText('cpu', DEFAULTS.requests.cpu),
      memory: quantityText('memory', DEFAULTS.requests.memory),
      // Some nodes don't say how much disk they have. A pod that requests some would not be scheduled there.
      [EPHEMERAL_STORAGE]: '0',
    },
    max: {
      memory: quantityText('memory', memoryLimit.max),
      [EPHEMERAL_STORAGE]: quantityText(EPHEMERAL_STORAGE, Math.max(DISK.max, largest.limits[EPHEMERAL_STORAGE] ?? 0)),
    },
  },
];
