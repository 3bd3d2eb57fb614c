// The operator's ServiceAccount, the roles with the rules of rbac.ts, and the role bindings.
import { Construct } from 'constructs';
import { metadata, nameOf } from '../lab/lab.ts';
import { clusterRole, clusterRoleBinding, role, roleBinding, serviceAccount } from '../lab/manifest.ts';
import type { ObjectMeta, PolicyRule } from '../lab/manifest.ts';
import { OPERATOR, metadataElsewhere } from './props.ts';
import type { OperatorProps } from './props.ts';
import { API_SERVER_RULES, CLUSTER_INFO_RULES, OPERATOR_RULES, OWN_NAMESPACE_RULES, SEAT_RULES } from './rbac.ts';

const apiGroup = 'rbac.authorization.k8s.io';
const { component, clusterRole: name } = OPERATOR;

/** A Role in one namespace that is bound to the ServiceAccount of a component, by default the operator's. */
export class NamespaceRole extends Construct {
  constructor(
    scope: Construct,
    id: string,
    lab: OperatorProps,
    props: { readonly metadata: ObjectMeta; readonly rules: readonly PolicyRule[]; readonly account?: string },
  ) {
    super(scope, id);
    const { metadata: where, rules, account = component } = props;
    role(this, 'role', { metadata: where, rules });
    roleBinding(this, 'binding', {
      metadata: where,
      roleRef: { apiGroup, kind: 'Role', name: where.name },
      subjects: [{ kind: 'ServiceAccount', name: nameOf(lab, account), namespace: lab.namespace }],
    });
  }
}

export class Rbac extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    const account = { kind: 'ServiceAccount', name: nameOf(lab, component), namespace: lab.namespace };
    serviceAccount(this, 'account', { metadata: metadata(lab, component), automountServiceAccountToken: false });
    clusterRole(this, 'role', { metadata: metadataElsewhere(lab, component, name), rules: OPERATOR_RULES });
    clusterRoleBinding(this, 'binding', {
      metadata: metadataElsewhere(lab, component, name),
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [account],
    });
    new NamespaceRole(this, 'own', lab, { metadata: metadata(lab, component), rules: OWN_NAMESPACE_RULES });
    for (const [suffix, namespace, rules] of [
      ['api-server', 'default', API_SERVER_RULES],
      ['cluster-info', 'kube-public', CLUSTER_INFO_RULES],
    ] as const) {
      new NamespaceRole(this, suffix, lab, {
        metadata: metadataElsewhere(lab, component, `${name}-${suffix}`, namespace),
        rules,
      });
    }
    for (const [seatRole, rules] of SEAT_RULES) {
      clusterRole(this, seatRole, { metadata: metadataElsewhere(lab, component, seatRole), rules });
    }
  }
}
