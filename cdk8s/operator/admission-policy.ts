// Builds an admission policy and its binding, for the accounts of seats in the namespaces of seats, or for others.
// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
import type {
  V1NamedRuleWithOperations,
  V1ValidatingAdmissionPolicy,
  V1ValidatingAdmissionPolicyBinding,
  V1Validation,
  V1Variable,
} from '@kubernetes/client-node';
import { Construct } from 'constructs';
import { LABELS } from '../../lab/names.ts';
import { kind } from '../lab/manifest.ts';
import { OPERATOR, metadataElsewhere } from './props.ts';
import type { OperatorProps } from './props.ts';

export type Validation = V1Validation;

export interface Policy {
  /** Name of the policy and its binding. It is the same in every release, since a cluster has one operator. */
  readonly name: string;
  readonly rules: readonly V1NamedRuleWithOperations[];
  readonly variables?: readonly V1Variable[];
  readonly validations: readonly Validation[];
}

const API = 'admissionregistration.k8s.io/v1';
const admissionPolicy = kind<V1ValidatingAdmissionPolicy>(API, 'ValidatingAdmissionPolicy');
const binding = kind<V1ValidatingAdmissionPolicyBinding>(API, 'ValidatingAdmissionPolicyBinding');

/** Selects the namespaces of seats. Only the operator and cluster administrators can label a namespace. */
const SEATS = { matchExpressions: [{ key: LABELS.seat, operator: 'Exists' }] };

/**
 * Matches requests by the ServiceAccounts of the seat's own namespace: the attendee, the guide and the Collector. The
 * operator, nodes, controllers and administrators have other names.
 */
const FROM_SEAT = {
  name: 'account-of-the-seat',
  expression: `request.userInfo.username.startsWith('system:serviceaccount:' + request.namespace + ':')`,
};

/** Whose requests a policy checks. */
export interface PolicyScope {
  readonly condition: { readonly name: string; readonly expression: string };
  /** Selects the namespaces of the requests. Without it, the policy also covers objects without a namespace. */
  readonly namespaces?: typeof SEATS;
}

/** A policy and its binding. */
export class AdmissionPolicy extends Construct {
  constructor(scope: Construct, lab: OperatorProps, policy: Policy, { condition, namespaces }: PolicyScope) {
    const { name, rules, variables = [], validations } = policy;
    super(scope, name);
    const metadata = metadataElsewhere(lab, OPERATOR.component, name);
    admissionPolicy(this, 'policy', {
      metadata,
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: rules },
        matchConditions: [condition],
        variables,
        validations,
      },
    });
    const selected = namespaces && { matchResources: { namespaceSelector: namespaces } };
    binding(this, 'binding', { metadata, spec: { policyName: name, validationActions: ['Deny'], ...selected } });
  }
}

/** The requests of the accounts of seats. */
export const BY_SEATS: PolicyScope = { condition: FROM_SEAT, namespaces: SEATS };
