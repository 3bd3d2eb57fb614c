// Who may do what, as roles and bindings.
import { Construct } from 'constructs';
import { k8s } from 'cdk8s-plus-27';
import { metadata, nameOf } from '../lab/lab.ts';
import { OPERATOR, metadataElsewhere } from './props.ts';
import type { OperatorProps } from './props.ts';
import { API_SERVER_RULES, CLUSTER_INFO_RULES, OPERATOR_RULES, OWN_NAMESPACE_RULES, SEAT_RULES } from './rbac.ts';

const apiGroup = 'rbac.authorization.k8s.io';
const { component, clusterRole } = OPERATOR;

/** Rights of the operator's account in one namespace. */
class InNamespace extends Construct {
  constructor(
    scope: Construct,
    id: string,
    lab: OperatorProps,
    of: { readonly metadata: k8s.ObjectMeta; readonly rules: readonly k8s.PolicyRule[] },
  ) {
    super(scope, id);
    const name = of.metadata.name ?? '';
    new k8s.KubeRole(this, 'role', { metadata: of.metadata, rules: [...of.rules] });
    new k8s.KubeRoleBinding(this, 'binding', {
      metadata: of.metadata,
      roleRef: { apiGroup, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: nameOf(lab, component), namespace: lab.namespace }],
    });
  }
}

export class Rbac extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    const account = { kind: 'ServiceAccount', name: nameOf(lab, component), namespace: lab.namespace };
    new k8s.KubeServiceAccount(this, 'account', {
      metadata: metadata(lab, component),
      automountServiceAccountToken: false,
    });
    new k8s.KubeClusterRole(this, 'role', {
      metadata: metadataElsewhere(lab, component, clusterRole),
      rules: [...OPERATOR_RULES],
    });
    new k8s.KubeClusterRoleBinding(this, 'binding', {
      metadata: metadataElsewhere(lab, component, clusterRole),
      roleRef: { apiGroup, kind: 'ClusterRole', name: clusterRole },
      subjects: [account],
    });
    new InNamespace(this, 'own', lab, { metadata: metadata(lab, component), rules: OWN_NAMESPACE_RULES });
    for (const [name, namespace, rules] of [
      ['api-server', 'default', API_SERVER_RULES],
      ['cluster-info', 'kube-public', CLUSTER_INFO_RULES],
    ] as const) {
      new InNamespace(this, name, lab, {
        metadata: metadataElsewhere(lab, component, `${clusterRole}-${name}`, namespace),
        rules,
      });
    }
    for (const [name, rules] of SEAT_RULES) {
      new k8s.KubeClusterRole(this, name, { metadata: metadataElsewhere(lab, component, name), rules: [...rules] });
    }
  }
}
