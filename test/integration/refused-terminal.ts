// Pods that the guide of a seat may not create, and pods with which an attendee would pretend to be the terminal. Each
// differs in the named change only from the pod of the terminal, which the guide may create.
import { terminalPodOf } from '../../apps/guide/server/terminal/terminal-pod.ts';
import type { Deployment, Pod } from '../../kubernetes/types.ts';
import { LABELS, MANAGED_BY, NAMES, RELEASE } from '../../lab/names.ts';
import { labOf } from '../../operator/seat/rendered-lab.ts';

interface Change {
  readonly metadata?: object;
  readonly spec?: object;
}

type Refused = readonly [what: string, change: Change, message: RegExp];

/** Returns the pod as the guide creates it, with this change. */
export function terminalWith(namespace: string, { metadata, spec }: Change = {}): object {
  const guide = labOf()
    .objects(namespace)
    .find(({ kind, metadata: { name } }) => kind === 'Deployment' && name === `${RELEASE}-guide`);
  if (!guide) throw new Error('expected a Deployment of the guide, found none');
  const { template } = (guide as unknown as Deployment).spec;
  const own: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'guide', namespace }, spec: template.spec };
  const resources = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '192Mi' } };
  const pod = terminalPodOf({ image: 'example.com/terminal:1', resources, idleMs: 1 }, own);
  return { ...pod, metadata: { ...pod.metadata, ...metadata }, spec: { ...pod.spec, ...spec } };
}

const { metadata } = terminalWith('any') as Pod;
const label = (key: string, value: string): Change => ({ metadata: { labels: { ...metadata.labels, [key]: value } } });
const account = (serviceAccountName: string): Change => ({ spec: { serviceAccountName } });

export const refusedTerminals: readonly Refused[] = [
  // Two policies refuse it, and the API server names either.
  [
    'another name',
    { metadata: { name: 'mine' } },
    /Expected (the pod lab-terminal of the guide, found mine|a pod without labels of the lab)/,
  ],
  ['its own account', account(`${RELEASE}-guide`), /Expected the ServiceAccount attendee/],
  ["the Collector's account", account(`${RELEASE}-collector`), /Expected the ServiceAccount attendee/],
  ['the account default', account('default'), /Expected the ServiceAccount attendee/],
  ['the labels of the guide', label(LABELS.component, 'guide'), /found app.kubernetes.io\/component/],
  ['the label of the operator', label(LABELS.managedBy, MANAGED_BY), /found app.kubernetes.io\/managed-by/],
  ['the label of a seat', label(LABELS.seat, 'another'), /found intro-otel.dev\/seat/],
  ['a node', { spec: { nodeName: 'any' } }, /found spec.nodeName/],
  ['a high priority', { spec: { priorityClassName: 'admission-high' } }, /Expected a priority of at most 0/],
];

const byDefault = { serviceAccountName: 'default' };

export const refusedImitations: readonly Refused[] = [
  ['its name', { metadata: { labels: {} }, spec: byDefault }, /Expected a pod name that does not start with lab-/],
  ['its labels', { metadata: { name: 'mine' }, spec: byDefault }, /found .*app.kubernetes.io\/component/],
  ['its account', { metadata: { name: 'mine', labels: {} } }, new RegExp(`found ${NAMES.attendee}`)],
];
