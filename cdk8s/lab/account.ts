// Who a component is to the API server, and what it may do in the lab's namespace.
import { Construct } from 'constructs';
import { k8s } from 'cdk8s-plus-27';
import { metadata, nameOf } from './lab.ts';
import type { ClusterRoles, LabProps } from './lab.ts';

export interface AccountProps {
  readonly component: keyof ClusterRoles;
  readonly rules: readonly k8s.PolicyRule[];
}

/** A ServiceAccount by the component's name with a Role of its own; or, where there is a cluster role for it, a binding to that. */
export class Account extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps, { component, rules }: AccountProps) {
    super(scope, id);
    const name = nameOf(lab, component);
    new k8s.KubeServiceAccount(this, 'account', {
      metadata: metadata(lab, component),
      automountServiceAccountToken: false,
    });
    const clusterRole = lab.clusterRoles?.[component];
    if (clusterRole === undefined)
      new k8s.KubeRole(this, 'role', { metadata: metadata(lab, component), rules: [...rules] });
    new k8s.KubeRoleBinding(this, 'binding', {
      metadata: metadata(lab, component),
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        ...(clusterRole === undefined ? { kind: 'Role', name } : { kind: 'ClusterRole', name: clusterRole }),
      },
      subjects: [{ kind: 'ServiceAccount', name, namespace: lab.namespace }],
    });
  }
}
