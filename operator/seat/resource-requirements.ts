// Computes the resources that a lab needs: the sum over the pods of its Deployments. It follows the rules of the
// Kubernetes scheduler and of quotas.
import { amountsOf, greater, sum } from '../../kubernetes/quantity.ts';
import type { Amounts } from '../../kubernetes/quantity.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { LabValues } from '../../cdk8s/values.ts';
import { TERMINAL } from '../../lab/names.ts';
import { isDeployment } from './types.ts';
import type { Container, Deployment } from '../../kubernetes/types.ts';

const MI = 2 ** 20;

/**
 * Requests and limits that a seat's LimitRange gives to each container that sets none. They suffice for a shell or a
 * small web server. There is no CPU limit, because it would slow down a container's start even on an idle node. CPU is
 * in millicores, memory in bytes.
 */
export const DEFAULTS = { requests: { cpu: 25, memory: 64 * MI }, limits: { memory: 256 * MI } } as const;

/**
 * Highest memory limit that the attendee may set for a container, in bytes. If a container of the lab has a higher
 * limit, the attendee may set that limit too.
 */
const MAX_MEMORY_LIMIT = 512 * MI;

/** The resources that one pod needs. */
export interface PodRequirements {
  /** Name of the Deployment that the pod belongs to. */
  readonly name: string;
  readonly requests: Amounts;
  readonly limits: Amounts;
}

export interface SeatRequirements {
  /** The resources that each pod needs. */
  readonly pods: readonly PodRequirements[];
  /** The sum of the resources of all pods. */
  readonly requests: Amounts;
  readonly limits: Amounts;
  /** Pods that exist only while somebody needs them. They are not in the sums. */
  readonly onDemand: readonly PodRequirements[];
  /** The largest amount of each resource that any single pod needs. */
  readonly largest: { readonly requests: Amounts; readonly limits: Amounts };
  /**
   * Memory limits for the LimitRange, in bytes: the default for a container without a limit, and the highest allowed
   * limit.
   */
  readonly memoryLimit: { readonly default: number; readonly max: number };
  /** Number of the lab's objects, by kind. */
  readonly objects: Readonly<Record<string, number>>;
}

interface ContainerRequirements {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

const containersOf = ({ spec }: Deployment): ContainerRequirements[] =>
  spec.template.spec.containers.map(({ resources = {} }: Container) => ({
    requests: amountsOf(resources.requests),
    limits: amountsOf(resources.limits),
  }));

/** Returns memory limits with which the LimitRange accepts every container of the lab. */
function memoryLimitFor(containers: readonly ContainerRequirements[]): SeatRequirements['memoryLimit'] {
  const unlimited = containers.filter(({ limits }) => limits['memory'] === undefined);
  const byDefault = Math.max(DEFAULTS.limits.memory, ...unlimited.map(({ requests }) => requests['memory'] ?? 0));
  return {
    default: byDefault,
    max: Math.max(MAX_MEMORY_LIMIT, byDefault, ...containers.map(({ limits }) => limits['memory'] ?? 0)),
  };
}

/** Returns what the terminal's pod needs, if the lab has a terminal. */
export function terminalRequirements({ terminal: { enabled, resources } }: Pick<LabValues, 'terminal'>) {
  const [requests, limits] = [amountsOf(resources.requests), amountsOf(resources.limits)];
  const pod: PodRequirements = {
    name: TERMINAL.pod,
    requests: { ...DEFAULTS.requests, ...limits, ...requests },
    limits,
  };
  return enabled ? [pod] : [];
}

/**
 * Computes the resources that a lab with these objects needs.
 * @throws Error if a Deployment has an invalid quantity
 */
export function requirementsOf(
  objects: readonly KubeObject[],
  onDemand: readonly PodRequirements[] = [],
): SeatRequirements {
  const deployments = objects.filter(isDeployment);
  const memoryLimit = memoryLimitFor(deployments.flatMap(containersOf));
  const pods = deployments.flatMap((deployment) => {
    const containers = containersOf(deployment);
    const pod: PodRequirements = {
      name: deployment.metadata.name,
      // A container with a limit but no request gets the limit as its request. A container with neither gets the
      // LimitRange's defaults.
      requests: sum(containers.map(({ requests, limits }) => ({ ...DEFAULTS.requests, ...limits, ...requests }))),
      limits: sum(containers.map(({ limits }) => ({ memory: memoryLimit.default, ...limits }))),
    };
    return Array.from({ length: deployment.spec.replicas ?? 1 }, () => pod);
  });
  const [requests, limits] = [pods.map((pod) => pod.requests), pods.map((pod) => pod.limits)];
  return {
    pods,
    requests: sum(requests),
    limits: sum(limits),
    onDemand,
    largest: { requests: requests.reduce(greater, {}), limits: limits.reduce(greater, {}) },
    memoryLimit,
    objects: Object.fromEntries([...Map.groupBy(objects, ({ kind }) => kind)].map(([kind, all]) => [kind, all.length])),
  };
}
