// A component's ServiceAccount and its permissions in the lab's namespace.
import { Construct } from 'constructs';
import { metadata, nameOf } from './lab.ts';
import type { ClusterRoles, LabProps } from './lab.ts';
import { role, roleBinding, serviceAccount } from './manifest.ts';
import type { PolicyRule } from './manifest.ts';

export interface AccountProps {
  readonly component: keyof ClusterRoles;
  readonly rules: readonly PolicyRule[];
}

/**
 * A ServiceAccount with the component's name. It is bound to the ClusterRole in `lab.clusterRoles`, or to a new Role if
 * `lab` has no ClusterRoles.
 */
export class Account extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps, { component, rules }: AccountProps) {
    super(scope, id);
    const name = nameOf(lab, component);
    serviceAccount(this, 'account', { metadata: metadata(lab, component), automountServiceAccountToken: false });
    const clusterRole = lab.clusterRoles?.[component];
    if (clusterRole === undefined) role(this, 'role', { metadata: metadata(lab, component), rules });
    roleBinding(this, 'binding', {
      metadata: metadata(lab, component),
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        ...(clusterRole === undefined ? { kind: 'Role', name } : { kind: 'ClusterRole', name: clusterRole }),
      },
      subjects: [{ kind: 'ServiceAccount', name, namespace: lab.namespace }],
    });
  }
}
