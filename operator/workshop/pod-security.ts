// Pod settings that the Pod Security Standard "restricted" requires. All pods that the Workshop reconciler creates have
// them. https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
import type { PodSpec } from '../../kubernetes/types.ts';

/** User id that exists in the lab's own image and in the images of the Collector and Jaeger. */
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
