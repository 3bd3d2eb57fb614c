// What a lab needs of the nodes it runs on: the sum over the pods of its Deployments, as the scheduler and the quota count them.
import { amountsOf, greater, sum } from '../../kubernetes/quantity.ts';
import type { Amounts } from '../../kubernetes/quantity.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { isDeployment } from './types.ts';
import type { Container, Deployment } from './types.ts';

const MI = 2 ** 20;

/**
 * What a container gets that asks for nothing: the LimitRange of every seat says so. Enough for a shell or a small web server.
 * There is no limit of CPU: it would only slow down what starts on an idle node.
 */
export const DEFAULTS = { requests: { cpu: 25, memory: 64 * MI }, limits: { memory: 256 * MI } } as const;

/** The most that one container may take that is none of the lab's, in bytes of memory. */
const LARGEST = 512 * MI;

/** Amounts as in api/quantity.ts. */
export interface PodNeed {
  /** The Deployment. */
  readonly name: string;
  readonly requests: Amounts;
  readonly limits: Amounts;
}

export interface SeatNeed {
  /** One entry for each pod. */
  readonly pods: readonly PodNeed[];
  /** Of all pods together. */
  readonly requests: Amounts;
  readonly limits: Amounts;
  /** Of each resource what the greediest pod needs of it. */
  readonly largest: { readonly requests: Amounts; readonly limits: Amounts };
  /** Bytes of memory, for the LimitRange: the limit of a container that has none, and the highest there may be. */
  readonly memoryLimit: { readonly default: number; readonly max: number };
  /** How many objects there are of each kind. */
  readonly objects: Readonly<Record<string, number>>;
}

interface ContainerNeed {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

const containersOf = ({ spec }: Deployment): ContainerNeed[] =>
  spec.template.spec.containers.map(({ resources = {} }: Container) => ({
    requests: amountsOf(resources.requests),
    limits: amountsOf(resources.limits),
  }));

/** Such that no container of the lab is refused: neither one that has a request and no limit, nor one with a high limit. */
function memoryLimitFor(containers: readonly ContainerNeed[]): SeatNeed['memoryLimit'] {
  const unlimited = containers.filter(({ limits }) => limits['memory'] === undefined);
  const byDefault = Math.max(DEFAULTS.limits.memory, ...unlimited.map(({ requests }) => requests['memory'] ?? 0));
  return {
    default: byDefault,
    max: Math.max(LARGEST, byDefault, ...containers.map(({ limits }) => limits['memory'] ?? 0)),
  };
}

/**
 * @throws Error where a Deployment has a quantity that is none
 */
export function needOf(objects: readonly KubeObject[]): SeatNeed {
  const deployments = objects.filter(isDeployment);
  const memoryLimit = memoryLimitFor(deployments.flatMap(containersOf));
  const pods = deployments.flatMap((deployment) => {
    const containers = containersOf(deployment);
    const pod: PodNeed = {
      name: deployment.metadata.name,
      // A limit without a request is the request too; what isn't said at all is what the LimitRange says.
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
