// What the portal's account may change in a Seat: only the claim. RBAC can't tell the fields of an object apart.
import { GROUP, PORTAL } from '../../lab/names.ts';
import { nameOf } from '../lab/lab.ts';
import { entriesStay, unchanged } from './admission.ts';
import type { Policy, PolicyScope } from './admission-policy.ts';
import { BY_SERVER, changedFields, list } from './cel.ts';
import type { OperatorProps } from './props.ts';

const account = (lab: OperatorProps): string =>
  `system:serviceaccount:${lab.namespace}:${nameOf(lab, PORTAL.component)}`;

/** The requests of the portal's account. Seats have no namespace. */
export const portalScope = (lab: OperatorProps): PolicyScope => ({
  condition: { name: 'account-of-the-portal', expression: `request.userInfo.username == '${account(lab)}'` },
});

export const portalPolicy: Policy = {
  name: 'intro-otel-portal-seats',
  rules: [
    { apiGroups: [GROUP], apiVersions: ['v1alpha1'], operations: ['UPDATE'], resources: ['seats', 'seats/status'] },
  ],
  variables: [
    {
      name: 'changed',
      expression: [
        changedFields('', list(['metadata', 'spec'])),
        changedFields('metadata', list(BY_SERVER)),
        changedFields('spec', list(['claim'])),
      ].join(' + '),
    },
  ],
  validations: [unchanged('spec.claim'), entriesStay(['Apply', 'Update'], "['f:spec']")],
};
