// Settings of all pods that the Workshop reconciler creates. They meet the Pod Security Standard "restricted".
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
import type { PodSpec } from '../../kubernetes/types.ts';

/** Id of the user as which the lab's own image and the images of the Collector and Jaeger run. */
const USER = 10001;

export const restrictedPod = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  restartPolicy: 'Never',
  terminationGracePeriodSeconds: 1,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: USER,
    runAsGroup: USER,
    seccompProfile: { type: 'RuntimeDefault' },
  },
} as const satisfies Partial<PodSpec>;

export const restrictedContainer = {
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
} as const;
