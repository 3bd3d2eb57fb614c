// Settings that the Pod Security Standard "restricted" requires of pods that the Workshop reconciler creates.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
import type { PodSpec } from '../../kubernetes/types.ts';

/** User id in our image and in the upstream images. */
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
