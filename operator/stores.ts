// The stores of the operator: which kinds it watches, and which fields of each object it keeps in memory.
import { KINDS } from './api/kinds.ts';
import type { Kind, KubeObject } from '../kubernetes/object.ts';
import type { Pod } from '../kubernetes/types.ts';
import { LABELS, MANAGED_BY } from './api/types.ts';
import type { Seat, Workshop } from './api/types.ts';
import type { Manager } from './engine/manager.ts';
import { withoutStatus, withStatus } from './engine/store.ts';
import type { CompactStore, StoreOptions } from './engine/store.ts';
import { COMPONENT as IMAGE_PULL } from './workshop/image-prepull-pods.ts';

const MANAGED = `${LABELS.managedBy}=${MANAGED_BY}`;

const DEPLOYMENT_STATUS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'conditions',
];

/**
 * Creates one store per kind: for the seats' namespaces, and for the objects that the operator manages in these
 * namespaces.
 */
function createSeatContents(manager: Manager) {
  const managed = (kind: Kind, keep?: StoreOptions<KubeObject>['keep']): CompactStore =>
    manager.store(kind, { select: { labelSelector: MANAGED }, index: [LABELS.seat], ...(keep && { keep }) });
  return {
    Namespace: managed(KINDS.Namespace, withStatus('phase', 'conditions')),
    RoleBinding: managed(KINDS.RoleBinding),
    ServiceAccount: managed(KINDS.ServiceAccount),
    ConfigMap: managed(KINDS.ConfigMap),
    Service: managed(KINDS.Service, withStatus('loadBalancer')),
    Deployment: managed(KINDS.Deployment, withStatus(...DEPLOYMENT_STATUS)),
    NetworkPolicy: managed(KINDS.NetworkPolicy),
    ResourceQuota: managed(KINDS.ResourceQuota, withoutStatus),
    LimitRange: managed(KINDS.LimitRange),
  };
}

/** Creates all stores. Their watches start when this process becomes the leader for the first time. */
export function createStores(manager: Manager, ownNamespace: string) {
  return {
    workshops: manager.store<Workshop>(KINDS.Workshop, { parsed: true }),
    seats: manager.store<Seat>(KINDS.Seat, { parsed: true, index: [LABELS.workshop] }),
    seatContents: createSeatContents(manager),
    /** Store of the pods that pull the lab's images onto the nodes in advance. They run in the operator's namespace. */
    pullPods: manager.store<Pod>(KINDS.Pod, {
      select: { namespace: ownNamespace, labelSelector: `${MANAGED},${LABELS.component}=${IMAGE_PULL}` },
      index: [LABELS.workshop],
    }),
  };
}

export type Stores = ReturnType<typeof createStores>;
