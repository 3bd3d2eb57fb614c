// Types for the parts of Kubernetes objects that the tests read.

export interface Meta {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  deletionTimestamp?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface Pod {
  metadata: Meta;
  spec: {
    nodeName?: string;
    containers: { name: string; image: string; resources: { limits?: Record<string, string> } }[];
  };
  status: {
    phase: string;
    podIP?: string;
    qosClass?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: ContainerStatus[];
  };
}

export interface ContainerStatus {
  name: string;
  ready: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
}

export interface ContainerState {
  running?: { startedAt: string };
  waiting?: { reason: string; message?: string };
  terminated?: { exitCode: number; reason: string; message?: string };
}

export interface Deployment {
  metadata: Meta;
  spec: { replicas: number };
  status: { observedGeneration?: number; replicas?: number; updatedReplicas?: number; availableReplicas?: number };
}

/** Returns whether a pod is being deleted. Its process may still finish its work. */
export function isLeaving(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

export function isReady(pod: Pod): boolean {
  return (
    !isLeaving(pod) && pod.status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true
  );
}

export function restarts(pod: Pod): number {
  return pod.status.containerStatuses?.reduce((sum, container) => sum + container.restartCount, 0) ?? 0;
}
