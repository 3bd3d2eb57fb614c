// Changes of the lab's objects that the accounts of a seat may not make.
import { LABELS, NAMES, OWN, RELEASE } from '../../lab/names.ts';

/** The media types of patches: https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply */
const JSON_PATCH = 'application/json-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
export const DICE = `${RELEASE}-dice`;

const TEMPLATE = '/spec/template';
const OTHERS = { labels: { 'example.com/a': 'b' } };
const OWNER = { apiVersion: 'v1', kind: 'ConfigMap', name: 'any', uid: '6f3a1c52-0000-4000-8000-000000000000' };

/** Builds a patch that sets annotations of a Deployment's template. */
export const annotate = (annotations: object): { readonly spec: object } => ({
  spec: { template: { metadata: { annotations } } },
});

export const restart = annotate({ [RESTARTED_AT]: '2026-11-29T08:00:00Z' });

/** A patch as JSON merge patch, and the field that the refusal names. */
type Refused = readonly [what: string, patch: object, found: string];

/** Changes that neither an attendee nor the guide may make in a Deployment. */
export const refusedChanges: readonly Refused[] = [
  ['a finalizer', { metadata: { finalizers: ['example.com/stay'] } }, 'metadata.finalizers'],
  ['the finalizer foregroundDeletion', { metadata: { finalizers: ['foregroundDeletion'] } }, 'metadata.finalizers'],
  ['a label', { metadata: OTHERS }, 'metadata.labels'],
  ['the label of another seat', { metadata: { labels: { [LABELS.seat]: 'another' } } }, 'metadata.labels'],
  ['no labels', { metadata: { labels: null } }, 'metadata.labels'],
  ['an annotation', { metadata: { annotations: { a: 'b' } } }, 'metadata.annotations'],
  ['an owner', { metadata: { ownerReferences: [OWNER] } }, 'metadata.ownerReferences'],
  ['a pause', { spec: { paused: true } }, 'spec.paused'],
  ['more pods', { spec: { replicas: 20 } }, 'spec.replicas'],
  ['another strategy', { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } }, 'spec.strategy'],
  ['a shorter history', { spec: { revisionHistoryLimit: 0 } }, 'spec.revisionHistoryLimit'],
  ['a later readiness', { spec: { minReadySeconds: 60 } }, 'spec.minReadySeconds'],
  ['a deadline', { spec: { progressDeadlineSeconds: 1 } }, 'spec.progressDeadlineSeconds'],
  ['a label of the template', { spec: { template: { metadata: OTHERS } } }, 'spec.template.metadata.labels'],
  [
    'a finalizer of the template',
    { spec: { template: { metadata: { finalizers: ['example.com/stay'] } } } },
    'spec.template.metadata.finalizers',
  ],
  ['another annotation of the template', annotate({ a: 'b' }), 'spec.template.metadata.annotations.a'],
  ['a restart and a pause', { spec: { paused: true, ...restart.spec } }, 'changes of spec.paused.'],
  ...Object.entries({
    serviceAccountName: `${RELEASE}-guide`,
    priorityClassName: 'system-node-critical',
    hostAliases: [{ ip: '127.0.0.1', hostnames: ['lab-prizes'] }],
    nodeSelector: { no: 'where' },
    dnsPolicy: 'Default',
    schedulerName: 'nobody',
    terminationGracePeriodSeconds: 3600,
    tolerations: [{ operator: 'Exists' }],
    automountServiceAccountToken: true,
    shareProcessNamespace: true,
    initContainers: [{ name: 'own', image: 'any' }],
    runtimeClassName: 'any',
    hostUsers: false,
  }).map(([field, value]): Refused => [
    `a template with another ${field}`,
    { spec: { template: { spec: { [field]: value } } } },
    'changes of spec.template.spec.',
  ]),
];

const ownContainer = (change: object): object => ({ spec: { template: { spec: { containers: [change] } } } });
const operation = (op: string, path: string, value?: unknown): object => [{ op, path, ...(value ? { value } : {}) }];

/** Changes that an attendee may not make in the Deployment of dice, by other kinds of patch. */
export const refusedPatches: readonly (readonly [what: string, type: string, patch: object])[] = [
  ['a variable', STRATEGIC, ownContainer({ name: 'dice', env: [{ name: 'NODE_OPTIONS', value: '--inspect' }] })],
  ['another container', STRATEGIC, ownContainer({ name: 'miner', image: 'any' })],
  ['a command', STRATEGIC, ownContainer({ name: 'dice', command: ['sh'] })],
  [
    'a Secret',
    STRATEGIC,
    { spec: { template: { spec: { volumes: [{ name: 'own', secret: { secretName: NAMES.kubeconfig } }] } } } },
  ],
  ['arguments', JSON_PATCH, operation('add', `${TEMPLATE}/spec/containers/0/args`, ['--inspect'])],
  ['another image', JSON_PATCH, operation('replace', `${TEMPLATE}/spec/containers/0/image`, 'any')],
  ['no resources', JSON_PATCH, operation('remove', `${TEMPLATE}/spec/containers/0/resources`)],
  ['no security context', JSON_PATCH, operation('remove', `${TEMPLATE}/spec/containers/0/securityContext`)],
  ['no probe', JSON_PATCH, operation('remove', `${TEMPLATE}/spec/containers/0/readinessProbe`)],
  ['no annotations of the template', JSON_PATCH, operation('remove', `${TEMPLATE}/metadata/annotations`)],
  ['no entries of field managers', JSON_PATCH, operation('replace', '/metadata/managedFields', [{}])],
  ['no entry of the operator', JSON_PATCH, operation('remove', '/metadata/managedFields/0')],
  [
    'a pause by server-side apply',
    APPLY,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: DICE }, spec: { paused: true } },
  ],
];

/** Restarts of dice by other kinds of patch, which an attendee may make. */
export const allowedPatches: readonly (readonly [type: string, patch: object])[] = [
  [STRATEGIC, restart],
  [
    JSON_PATCH,
    operation('add', `${TEMPLATE}/metadata/annotations/${RESTARTED_AT.replace('/', '~1')}`, '2026-11-29T08:00:00Z'),
  ],
  [APPLY, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: DICE }, ...restart }],
];

/** Changes that neither an attendee nor the guide may make in the ConfigMaps of dice and of the faults. */
export const refusedConfigMaps: readonly Refused[] = [
  ['a finalizer', { metadata: { finalizers: ['example.com/stay'] } }, 'metadata.finalizers'],
  ['a label', { metadata: OTHERS }, 'metadata.labels'],
  ['no labels', { metadata: { labels: null } }, 'metadata.labels'],
  ['an owner', { metadata: { ownerReferences: [OWNER] } }, 'metadata.ownerReferences'],
  ['an annotation', { metadata: { annotations: { a: 'b' } } }, 'metadata.annotations.a'],
  ['an annotation of ours', { metadata: { annotations: { [OWN[0].given]: 'b' } } }, OWN[0].given],
  ['immutability', { immutable: true }, 'immutable'],
  ['binary data', { binaryData: { a: 'YQ==' } }, 'binaryData, which is how kubectl stores UTF-16'],
  ['no entry of the operator', { metadata: { managedFields: [{}] } }, 'managedFields'],
];
