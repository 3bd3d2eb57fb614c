// What the portal's account may change. RBAC can't tell the fields of an object apart, nor objects by their labels.
import { API_VERSION, BOARD, CONFIRM_DELETION, GROUP, LABELS, PORTAL } from '../../lab/names.ts';
import { nameOf } from '../lab/lab.ts';
import { entriesStay, unchanged } from './admission.ts';
import type { Policy, PolicyScope, Validation } from './admission-policy.ts';
import { BY_SERVER, changedFields, list } from './cel.ts';
import type { OperatorProps } from './props.ts';

const account = (lab: OperatorProps): string =>
  `system:serviceaccount:${lab.namespace}:${nameOf(lab, PORTAL.component)}`;

/** The requests of the portal's account. Workshops and Seats have no namespace. */
export const portalScope = (lab: OperatorProps): PolicyScope => ({
  condition: { name: 'account-of-the-portal', expression: `request.userInfo.username == '${account(lab)}'` },
});

/** Start of the name of each ConfigMap with the answers to a poll. */
export const pollPrefix = (lab: OperatorProps): string => `${nameOf(lab, PORTAL.polls.name)}-`;

/** Fields of a Seat that the portal writes. */
const OF_SEAT = ['claim', 'help', 'hint', 'replicas', 'visit'];

/** Fields of a Workshop that the portal writes as a whole, and those of which it writes a part. */
const OF_WORKSHOP = ['announcement', 'attendees', 'poll', 'schedule', 'seats'];

const seatPolicy: Policy = {
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
        changedFields('spec', list(OF_SEAT)),
      ].join(' + '),
    },
  ],
  validations: [
    unchanged(OF_SEAT.map((field) => `spec.${field}`).join(', ')),
    entriesStay(['Apply', 'Update'], "['f:spec']"),
  ],
};

/** The names of attendees as one text. No name has a comma. */
const namesIn = (root: string): string => `(${root}.spec.attendees.map(a, a.name).join(',') + ',')`;

/** A class may grow, but never shrink: that would delete the seats of people. */
const growsOnly: readonly Validation[] = [
  {
    expression: '!has(oldObject.spec.seats) || (has(object.spec.seats) && object.spec.seats >= oldObject.spec.seats)',
    message: 'Expected as many spec.seats as before or more, found fewer. Change the Workshop with kubectl.',
  },
  {
    expression:
      '!has(oldObject.spec.attendees) || (has(object.spec.attendees) && ' +
      `${namesIn('object')}.startsWith(${namesIn('oldObject')}))`,
    message: 'Expected new spec.attendees behind the others only. Change the Workshop with kubectl.',
  },
];

const workshopPolicy: Policy = {
  name: 'intro-otel-portal-workshops',
  rules: [
    {
      apiGroups: [GROUP],
      apiVersions: ['v1alpha1'],
      operations: ['UPDATE'],
      resources: ['workshops', 'workshops/status'],
    },
  ],
  variables: [
    {
      name: 'changed',
      expression: [
        changedFields('', list(['metadata', 'spec'])),
        changedFields('metadata', list([...BY_SERVER, 'annotations', 'labels'])),
        changedFields('metadata.annotations', list([CONFIRM_DELETION])),
        changedFields('metadata.labels', list([LABELS.faults])),
        changedFields('spec', list([...OF_WORKSHOP, 'rollout'])),
        changedFields('spec.rollout', list(['paused'])),
      ].join(' + '),
    },
  ],
  validations: [
    unchanged(
      `${OF_WORKSHOP.map((field) => `spec.${field}`).join(', ')}, spec.rollout.paused, label ${LABELS.faults}, ` +
        `annotation ${CONFIRM_DELETION}`,
    ),
    ...growsOnly,
    entriesStay(['Apply', 'Update'], "['f:spec']"),
  ],
};

/**
 * The object that an Event is about. Its type is dynamic, because the API server also checks the types for the Events
 * of events.k8s.io, which have another field. It converts such an Event before it evaluates the expression.
 */
const ABOUT = 'dyn(object).involvedObject';

const eventPolicy: Policy = {
  name: 'intro-otel-portal-events',
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['events'] }],
  validations: [
    {
      expression:
        `has(${ABOUT}.apiVersion) && has(${ABOUT}.kind) && ${ABOUT}.apiVersion == '${API_VERSION}' && ` +
        `${ABOUT}.kind in ['Workshop', 'Seat']`,
      message: 'Expected an Event about a Workshop or a Seat, found one about something else. Leave it out.',
    },
  ],
};

/** Whether the ConfigMap has the answers to a poll. */
const isPoll = (root: string, prefix: string): string =>
  `${root}.metadata.name.startsWith('${prefix}') && has(${root}.metadata.labels) && ` +
  `'${LABELS.component}' in ${root}.metadata.labels && ` +
  `${root}.metadata.labels['${LABELS.component}'] == '${PORTAL.polls.component}'`;

const pollPolicy = (lab: OperatorProps): Policy => ({
  name: 'intro-otel-portal-polls',
  rules: [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps'] },
  ],
  validations: [
    {
      expression:
        `(request.operation == 'UPDATE' && object.metadata.name == '${nameOf(lab, BOARD.sessions)}') || ` +
        `(request.operation == 'DELETE' || (${isPoll('object', pollPrefix(lab))})) && ` +
        `(request.operation == 'CREATE' || (${isPoll('oldObject', pollPrefix(lab))}))`,
      message:
        `Expected a ConfigMap ${pollPrefix(lab)}* with the label ${LABELS.component}: ${PORTAL.polls.component}, or ` +
        `a change of ${nameOf(lab, BOARD.sessions)}, found another one. Leave it as it is.`,
    },
  ],
});

/** The policies for the requests of the portal's account. */
export const portalPolicies = (lab: OperatorProps): readonly Policy[] => [
  seatPolicy,
  workshopPolicy,
  eventPolicy,
  pollPolicy(lab),
];
