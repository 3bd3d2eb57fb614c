// A pod that Pod Security "restricted" admits, and changes that each make it inadmissible.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
import { IMAGE } from '../../../cluster/image/image.ts';

/** Changes to the pod's spec, to its container and to the container's security context. */
export interface Change {
  readonly spec?: object;
  readonly container?: object;
  readonly security?: object;
}

const SECURITY = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  runAsUser: 65532,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** Returns a small pod that sleeps. It sets every field that "restricted" requires. */
export function restrictedPod(name: string, { spec, container, security }: Change = {}): object {
  const itself = {
    name: 'sleeper',
    image: IMAGE,
    command: ['node', '-e', 'setInterval(() => {}, 1e6)'],
    resources: { requests: { cpu: '5m', memory: '16Mi' }, limits: { cpu: '50m', memory: '64Mi' } },
    securityContext: { ...SECURITY, ...security },
    ...container,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { automountServiceAccountToken: false, terminationGracePeriodSeconds: 0, containers: [itself], ...spec },
  };
}

/** Changes that each violate the profile "restricted", by name. */
export const escapes: Readonly<Record<string, Change>> = {
  'a privileged container': { security: { privileged: true, allowPrivilegeEscalation: true } },
  'a container that may gain privileges': { security: { allowPrivilegeEscalation: true } },
  'a container that runs as root': { security: { runAsNonRoot: false, runAsUser: 0 } },
  'a container with an added capability': { security: { capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } } },
  'a container that keeps its capabilities': { security: { capabilities: {} } },
  'a container without seccomp': { security: { seccompProfile: { type: 'Unconfined' } } },
  'a container with the whole of /proc': { security: { procMount: 'Unmasked' }, spec: { hostUsers: false } },
  'a port of the node': { container: { ports: [{ containerPort: 8080, hostPort: 8080 }] } },
  'the network of the node': { spec: { hostNetwork: true } },
  'the processes of the node': { spec: { hostPID: true } },
  'the memory segments of the node': { spec: { hostIPC: true } },
  'a directory of the node': { spec: { volumes: [{ name: 'host', hostPath: { path: '/' } }] } },
  'the kernel settings of the node': {
    spec: { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '65536' }] } },
  },
};
