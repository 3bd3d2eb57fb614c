// The Job that deletes every class before `helm uninstall` removes the operator. Without the Job, the namespaces of the
// seats would remain. https://helm.sh/docs/topics/charts_hooks/
import { Construct } from 'constructs';
import { metadata, nameOf, podLabels } from '../lab/lab.ts';
import type { LabProps } from '../lab/lab.ts';
import { clusterRole, clusterRoleBinding, job, serviceAccount } from '../lab/manifest.ts';
import { container, fromPod, podSpec } from '../lab/workload.ts';
import { metadataElsewhere } from './props.ts';
import type { OperatorProps } from './props.ts';
import { UNINSTALL_RULES } from './rbac.ts';

const COMPONENT = 'farewell';
const CLUSTER_ROLE = `intro-otel-${COMPONENT}`;

const RESOURCES = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } };

/**
 * Time limit of the Job. Kubernetes needs minutes to remove hundreds of namespaces. `helm uninstall --timeout` may be
 * shorter.
 */
const DEADLINE_SECONDS = 1800;

const hook = (weight: string): { readonly annotations: Readonly<Record<string, string>> } => ({
  annotations: {
    'helm.sh/hook': 'pre-delete',
    'helm.sh/hook-weight': weight,
    'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
  },
});

/** The Job's ServiceAccount and permissions. The hook weights make Helm create them before the Job. */
class Account extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const inCluster = { ...metadataElsewhere(lab, COMPONENT, CLUSTER_ROLE), ...hook('-2') };
    serviceAccount(this, 'account', {
      metadata: metadata(lab, COMPONENT, hook('-2')),
      automountServiceAccountToken: false,
    });
    clusterRole(this, 'role', { metadata: inCluster, rules: UNINSTALL_RULES });
    clusterRoleBinding(this, 'binding', {
      metadata: { ...inCluster, ...hook('-1') },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: CLUSTER_ROLE },
      subjects: [{ kind: 'ServiceAccount', name: nameOf(lab, COMPONENT), namespace: lab.namespace }],
    });
  }
}

export class Uninstall extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    const { image, operator } = lab.values;
    new Account(this, 'account', lab);
    const main = container(lab, COMPONENT, {
      image,
      command: ['node', '/app/operator.js', '--farewell'],
      args: lab.compute.choose<readonly string[]>(operator.crds.keep, [], ['--crds']),
      env: [
        fromPod('POD_NAMESPACE', 'metadata.namespace'),
        ...lab.compute.env({ LOG_LEVEL: operator.logLevel }, operator.env),
      ],
      ports: {},
      resources: RESOURCES,
    });
    job(this, 'job', {
      metadata: metadata(lab, COMPONENT, hook('0')),
      spec: {
        backoffLimit: 3,
        activeDeadlineSeconds: DEADLINE_SECONDS,
        template: {
          metadata: { labels: podLabels(lab, COMPONENT) },
          spec: {
            ...podSpec(lab, main),
            restartPolicy: 'Never',
            serviceAccountName: nameOf(lab, COMPONENT),
            automountServiceAccountToken: true,
          },
        },
      },
    });
  }
}
