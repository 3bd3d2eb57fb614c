// What a lab requires from the nodes: the sum over the pods of its Deployments, as the scheduler and the quota count.
import { amountsOf, greater, sum } from '../../kubernetes/quantity.ts';
import type { Amounts } from '../../kubernetes/quantity.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { isDeployment } from './types.ts';
import type { Container, Deployment } from '../../kubernetes/types.ts';

const MI = 2 ** 20;

/**
 * Defaults for a container without requests and limits, set by the LimitRange of every seat. Enough for a shell or a
 * small web server. There is no CPU limit: it would only slow down a start on an idle node.
 */
export const DEFAULTS = { requests: { cpu: 25, memory: 64 * MI }, limits: { memory: 256 * MI } } as const;

/** The highest memory limit of a container that the attendee adds. Bytes. */
const MAX_MEMORY_LIMIT = 512 * MI;

/** The requirements of one pod. */
export interface PodRequirements {
  /** The name of its Deployment. */
  readonly name: string;
  readonly requests: Amounts;
  readonly limits: Amounts;
}

export interface SeatRequirements {
  /** One entry per pod. */
  readonly pods: readonly PodRequirements[];
  /** The sum over all pods. */
  readonly requests: Amounts;
  readonly limits: Amounts;
  /** The largest amount of each resource that one pod requires. */
  readonly largest: { readonly requests: Amounts; readonly limits: Amounts };
  /** For the LimitRange, in bytes: the limit of a container that has none, and the highest limit. */
  readonly memoryLimit: { readonly default: number; readonly max: number };
  /** The number of objects per kind. */
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

/** Chosen so that the LimitRange refuses no container of the lab. */
function memoryLimitFor(containers: readonly ContainerRequirements[]): SeatRequirements['memoryLimit'] {
  const unlimited = containers.filter(({ limits }) => limits['memory'] === undefined);
  const byDefault = Math.max(DEFAULTS.limits.memory, ...unlimited.map(({ requests }) => requests['memory'] ?? 0));
  return {
    default: byDefault,
    max: Math.max(MAX_MEMORY_LIMIT, byDefault, ...containers.map(({ limits }) => limits['memory'] ?? 0)),
  };
}

/** @throws Error if a Deployment has an invalid quantity */
export function requirementsOf(objects: readonly KubeObject[]): SeatRequirements {
  const deployments = objects.filter(isDeployment);
  const memoryLimit = memoryLimitFor(deployments.flatMap(containersOf));
  const pods = deployments.flatMap((deployment) => {
    const containers = containersOf(deployment);
    const pod: PodRequirements = {
      name: deployment.metadata.name,
      // A limit without a request is also the request. The LimitRange sets the rest.
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
    largest: { requests: requests.reduce(greater, {}), limits: limits.reduce(greater, {}) },
    memoryLimit,
    objects: Object.fromEntries([...Map.groupBy(objects, ({ kind }) => kind)].map(([kind, all]) => [kind, all.length])),
  };
}
