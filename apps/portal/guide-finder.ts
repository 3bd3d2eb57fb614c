// Finds the pod of a seat's guide. Anybody who may create pods in the seat can give a pod the guide's labels, so labels
// are not enough: the pod must belong to the Deployment of the guide.
import type { HttpApi } from '../../kubernetes/client.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { LABELS, RELEASE } from '../../lab/names.ts';
import { PORTS } from '../../lab/ports.ts';

/** Where a guide accepts connections. */
export interface Guide {
  readonly host: string;
  readonly port: number;
}

/** Returns where the guide of a seat is, or undefined while it is not ready. May throw. */
export type FindGuide = (seat: string) => Promise<Guide | undefined>;

const REPLICA_SET = { apiVersion: 'apps/v1', kind: 'ReplicaSet', plural: 'replicasets', namespaced: true };
const GUIDE_PODS = `app.kubernetes.io/instance=${RELEASE},${LABELS.component}=guide`;

/** Returns a function that asks the API server where a guide is. */
export const guideFinder =
  (api: Pick<HttpApi, 'get' | 'list'>): FindGuide =>
  async (namespace) => {
    const pods = await api.list<Pod>(KINDS.Pod, { namespace, labelSelector: GUIDE_PODS });
    for (const pod of pods.filter(isServing).sort(newestFirst)) {
      if (await isGuide(api, pod, namespace)) return { host: pod.status?.podIP ?? '', port: PORTS.http };
    }
    return undefined;
  };

const isServing = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp &&
  Boolean(status?.podIP) &&
  Boolean(status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'));

const newestFirst = (a: Pod, b: Pod): number =>
  (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '');

async function isGuide(api: Pick<HttpApi, 'get'>, pod: Pod, namespace: string): Promise<boolean> {
  const set = controllerOf(pod, 'ReplicaSet');
  const replicaSet = set && (await api.get(REPLICA_SET, set.name, namespace));
  if (!replicaSet || replicaSet.metadata.uid !== set.uid) return false;
  const owner = controllerOf(replicaSet, 'Deployment');
  if (owner?.name !== `${RELEASE}-guide`) return false;
  const deployment = await api.get(KINDS.Deployment, owner.name, namespace);
  return deployment?.metadata.uid === owner.uid;
}

const controllerOf = ({ metadata }: KubeObject, kind: string) =>
  metadata.ownerReferences?.find((owner) => owner.controller && owner.kind === kind && owner.apiVersion === 'apps/v1');
