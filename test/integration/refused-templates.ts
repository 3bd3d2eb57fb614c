// Templates of pods with labels of the lab. An attendee can't write any of these kinds. The account of these tests can,
// as in a cluster that gives a seat's accounts more permissions.
import { LABELS } from '../../lab/names.ts';
import { restrictedPod } from '../support/cluster/restricted-pod.ts';

type Labels = Readonly<Record<string, string>>;

const OWN: Labels = { app: 'mine' };

/** A template of a pod with labels of its own and these. */
function template(labels: Labels): { metadata: object; spec: object } {
  const { spec } = restrictedPod('mine') as { spec: object };
  return { metadata: { labels: { ...OWN, ...labels } }, spec };
}

const inApps = (kind: string, labels: Labels, more: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'mine' },
  spec: { selector: { matchLabels: OWN }, template: template(labels), ...more },
});

const job = (labels: Labels): { template: object } => {
  const { metadata, spec } = template(labels);
  return { template: { metadata, spec: { ...spec, restartPolicy: 'Never' } } };
};

/** The kinds with a template of pods: the path of the API, and an object whose pods have the labels. */
export const templates: readonly (readonly [kind: string, api: string, make: (labels: Labels) => object])[] = [
  ['Deployment', 'apis/apps/v1', (labels) => inApps('Deployment', labels)],
  ['ReplicaSet', 'apis/apps/v1', (labels) => inApps('ReplicaSet', labels)],
  ['StatefulSet', 'apis/apps/v1', (labels) => inApps('StatefulSet', labels, { serviceName: 'mine' })],
  ['DaemonSet', 'apis/apps/v1', (labels) => inApps('DaemonSet', labels)],
  [
    'Job',
    'apis/batch/v1',
    (labels) => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'mine' }, spec: job(labels) }),
  ],
  [
    'CronJob',
    'apis/batch/v1',
    (labels) => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'mine' },
      spec: { schedule: '0 0 * * *', jobTemplate: { spec: job(labels) } },
    }),
  ],
  [
    'ReplicationController',
    'api/v1',
    (labels) => ({
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name: 'mine' },
      spec: { selector: OWN, template: template(labels) },
    }),
  ],
  [
    'PodTemplate',
    'api/v1',
    (labels) => ({ apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'mine' }, template: template(labels) }),
  ],
];

/** The labels by which the Services of the lab select the guide. */
export const GUIDE_LABELS: Labels = {
  'app.kubernetes.io/name': 'intro-otel',
  'app.kubernetes.io/instance': 'lab',
  [LABELS.component]: 'guide',
};
