// What Pod Security "restricted" requires of the pods that the Workshop's reconciler creates.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
import type { PodSpec } from '../../kubernetes/types.ts';

/** The user of our image and of the upstream images. */
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
