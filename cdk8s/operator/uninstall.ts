// Before the operator goes, all that it has made goes: `helm uninstall` runs this first, while there still is an operator to do it,
// and so no namespace is left behind that nobody would remove. https://helm.sh/docs/topics/charts_hooks/
import { Construct } from 'constructs';
import { k8s } from 'cdk8s-plus-27';
import { metadata, nameOf, podLabels } from '../lab/lab.ts';
import type { LabProps } from '../lab/lab.ts';
import { container, fromPod, podSpec } from '../lab/workload.ts';
import { metadataElsewhere } from './props.ts';
import type { OperatorProps } from './props.ts';
import { UNINSTALL_RULES } from './rbac.ts';

const COMPONENT = 'farewell';
const CLUSTER_ROLE = `intro-otel-${COMPONENT}`;

const RESOURCES = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } };

/** A class of hundreds of namespaces takes Kubernetes minutes to remove; `helm uninstall --timeout` says how long one waits. */
const PATIENCE_SECONDS = 1800;

const hook = (weight: string): Pick<k8s.ObjectMeta, 'annotations'> => ({
  annotations: {
    'helm.sh/hook': 'pre-delete',
    'helm.sh/hook-weight': weight,
    'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
  },
});

/** The account and its rights, which are there before the job and as long. */
class Account extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const inCluster = { ...metadataElsewhere(lab, COMPONENT, CLUSTER_ROLE), ...hook('-2') };
    new k8s.KubeServiceAccount(this, 'account', {
      metadata: metadata(lab, COMPONENT, hook('-2')),
      automountServiceAccountToken: false,
    });
    new k8s.KubeClusterRole(this, 'role', { metadata: inCluster, rules: [...UNINSTALL_RULES] });
    new k8s.KubeClusterRoleBinding(this, 'binding', {
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
    const says = container(lab, COMPONENT, {
      image,
      command: ['node', '/app/operator.js', '--farewell'],
      args: [...lab.compute.choose<readonly string[]>(operator.crds.keep, [], ['--crds'])],
      env: [
        fromPod('POD_NAMESPACE', 'metadata.namespace'),
        ...lab.compute.env({ LOG_LEVEL: operator.logLevel }, operator.env),
      ],
      ports: {},
      resources: RESOURCES,
    });
    new k8s.KubeJob(this, 'job', {
      metadata: metadata(lab, COMPONENT, hook('0')),
      spec: {
        backoffLimit: 3,
        activeDeadlineSeconds: PATIENCE_SECONDS,
        template: {
          metadata: { labels: podLabels(lab, COMPONENT) },
          spec: {
            ...podSpec(lab, says),
            restartPolicy: 'Never',
            serviceAccountName: nameOf(lab, COMPONENT),
            automountServiceAccountToken: true,
          },
        },
      },
    });
  }
}
