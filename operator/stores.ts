// What the operator watches, and what it keeps of it.
import { FIELD_MANAGER, LABELS, MANAGED_BY } from './api/types.ts';
import type { Seat, Workshop } from './api/types.ts';
import { KINDS } from './api/kinds.ts';
import type { Kind, KubeObject } from '../kubernetes/object.ts';
import type { ListOptions } from '../kubernetes/api.ts';
import { CompactStore, withoutStatus, withStatus } from './engine/store.ts';
import type { StoreOptions } from './engine/store.ts';
import { COMPONENT as IMAGE_PULL } from './workshop/image-prepull-pods.ts';

const OURS = `${LABELS.managedBy}=${MANAGED_BY}`;

function store<T extends KubeObject>(kind: Kind, options: Partial<StoreOptions<T>> = {}): CompactStore<T> {
  return new CompactStore<T>({ kind, fieldManager: FIELD_MANAGER, index: [LABELS.seat], ...options });
}

/** All stores, by kind. */
export function createStores() {
  return {
    Workshop: store<Workshop>(KINDS.Workshop, { parsed: true, index: [] }),
    Seat: store<Seat>(KINDS.Seat, { parsed: true, index: [LABELS.workshop] }),
    Namespace: store(KINDS.Namespace, { keep: withStatus('phase', 'conditions') }),
    RoleBinding: store(KINDS.RoleBinding),
    ServiceAccount: store(KINDS.ServiceAccount),
    ConfigMap: store(KINDS.ConfigMap),
    Service: store(KINDS.Service, { keep: withStatus('loadBalancer') }),
    Deployment: store(KINDS.Deployment, {
      keep: withStatus(
        'observedGeneration',
        'replicas',
        'updatedReplicas',
        'readyReplicas',
        'availableReplicas',
        'conditions',
      ),
    }),
    NetworkPolicy: store(KINDS.NetworkPolicy),
    ResourceQuota: store(KINDS.ResourceQuota, { keep: withoutStatus }),
    LimitRange: store(KINDS.LimitRange),
    /** Of the operator's own namespace: those that pull images. */
    Pod: store(KINDS.Pod, { index: [LABELS.workshop] }),
  };
}

export type Stores = ReturnType<typeof createStores>;

/** What of a kind is watched. */
export function selectionOf(kind: string, ownNamespace: string): ListOptions {
  if (kind === 'Workshop' || kind === 'Seat') return {};
  if (kind === 'Pod') return { namespace: ownNamespace, labelSelector: `${OURS},${LABELS.component}=${IMAGE_PULL}` };
  return { labelSelector: OURS };
}
