// Simulates nodes with kwok (https://kwok.sigs.k8s.io), which acts as their kubelets. Pods on them become ready in
// about a second, but run nothing. So a small machine can hold thousands of pods on a real API server.
import { join } from 'node:path';
import { repoRoot } from '../../../support/paths.ts';
import { stringify } from 'yaml';
import { componentDir } from '../../../cluster/components/catalog.ts';
import type { Component } from '../../../cluster/components/catalog.ts';
import { insideKubeconfig } from '../../../cluster/devcluster/index.ts';
import { PROBE } from '../../../operator/workshop/isolation-pod.ts';
import { SHUT } from '../../../operator/workshop/testing/isolation-answer.ts';
import { apiGet, apply, testCluster } from './cluster.ts';
import { eventually } from '../../../support/waiting.ts';
import { startInCluster } from './in-cluster-network.ts';

export const kwok: Component = {
  name: 'kwok',
  version: '0.8.0',
  directory: join(repoRoot, 'test', 'components', 'kwok'),
  packages: ['sigs.k8s.io/kwok/cmd/kwok'],
  cold: { packages: 970, seconds: 80 },
};

const LABEL = { type: 'kwok' } as const;
/** The capacity of each simulated node. */
export const SIMULATED = { cpu: '64', memory: '256Gi', pods: '400' } as const;
const READY_AFTER_MS = 1000;

/** Starts kwok, creates the nodes, and waits until all nodes are ready and have an address range for pods. */
export async function simulateNodes(count: number): Promise<void> {
  const { name } = testCluster();
  const command = [
    join(componentDir(kwok), 'kwok'),
    '--kubeconfig',
    insideKubeconfig(name),
    '--config',
    '-',
    '--v',
    'WARN',
  ];
  // HOME is set, because kwok would read a directory in the real home directory. The priority is high, because real
  // nodes have processors of their own. If kwok is slow, the API server ends its watches, and kwok lists all pods
  // again.
  const program = await startInCluster('kwok', command, {
    input: configuration(),
    env: { HOME: '/nonexistent' },
    first: true,
  });
  await apply(...Array.from({ length: count }, (_, index) => node(index)));
  const lost = program.ended.then((how) =>
    Promise.reject(new Error(`kwok ended (${how}); its log is in test/artefacts`)),
  );
  lost.catch(() => undefined); // kwok ends with the cluster, after this wait
  await Promise.race([eventually(() => allReady(count), { within: 60_000 }), lost]);
}

interface NodeObject {
  spec: { podCIDR?: string; taints?: unknown[] };
  status: { conditions?: { type: string; status: string }[] };
}

async function allReady(count: number): Promise<void> {
  const { items } = await apiGet<{ items: NodeObject[] }>(`/api/v1/nodes?labelSelector=type=${LABEL.type}`);
  const ready = items.filter(
    ({ spec, status }) =>
      spec.podCIDR !== undefined &&
      spec.taints === undefined &&
      status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
  );
  if (ready.length !== count) throw new Error(`expected ${count} ready simulated nodes, found ${ready.length}`);
}

function node(index: number): object {
  const labels = { ...LABEL, 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': `kwok-${index}` };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `kwok-${index}`, labels },
    status: { allocatable: SIMULATED, capacity: SIMULATED },
  };
}

/**
 * Returns kwok's configuration as YAML, with the stages that pods and nodes go through.
 * https://kwok.sigs.k8s.io/docs/user/configuration/ and https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 */
function configuration(): string {
  const parallelism = {
    podPlayStageParallelism: 16,
    nodePlayStageParallelism: 4,
    nodeLeaseParallelism: 4,
    podsOnNodeSyncParallelism: 4,
  };
  const options = { manageNodesWithLabelSelector: `type=${LABEL.type}`, nodeLeaseDurationSeconds: 40, ...parallelism };
  return [{ apiVersion: 'config.kwok.x-k8s.io/v1alpha1', kind: 'KwokConfiguration', options }, ...stages()]
    .map((one) => stringify(one))
    .join('---\n');
}

function stages(): object[] {
  const alive = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' };
  const inPhase = (...values: string[]): object => ({ key: '.status.phase', operator: 'In', values });
  const notReady = {
    key: '.status.conditions.[] | select( .type == "Ready" ) | .status',
    operator: 'NotIn',
    values: ['True'],
  };
  const short = { key: '.spec.restartPolicy', operator: 'In', values: ['Never'] };
  const delay = { durationMilliseconds: READY_AFTER_MS };
  return [
    stage('Node', 'node-ready', [notReady], { next: { statusTemplate: NODE_READY } }),
    // kwok repeats this stage, because Kubernetes marks a silent node's pods as not ready until the node reports again.
    stage('Pod', 'pod-ready', [alive, inPhase('Pending', 'Running'), notReady], {
      delay,
      next: { statusTemplate: POD_READY },
    }),
    stage('Pod', 'pod-complete', [alive, inPhase('Running'), short], { delay, next: { statusTemplate: POD_COMPLETE } }),
    stage('Pod', 'pod-delete', [{ ...alive, operator: 'Exists' }], { next: { delete: true } }),
  ];
}

function stage(kind: 'Node' | 'Pod', name: string, matchExpressions: object[], does: object): object {
  const spec = { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, ...does };
  return { apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage', metadata: { name }, spec };
}

const NODE_READY = `
conditions:
- type: Ready
  status: "True"
  reason: Simulated
  message: kwok plays its kubelet
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ Now | Quote }}
`;

const POD_READY = `
{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
conditions:
{{ range list "Initialized" "ContainersReady" "Ready" }}
- type: {{ . }}
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  started: true
  restartCount: 0
  state: { running: { startedAt: {{ $now | Quote }} } }
{{ end }}
{{ if not ( index ( or .status dict ) "podIP" ) }}
{{ $uid := or .metadata.uid "" }}
{{ with PodIPsWith .spec.nodeName false $uid ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ index . 0 | Quote }}
podIPs: [{ ip: {{ index . 0 | Quote }} }]
{{ end }}
{{ end }}
`;

/**
 * The result that a simulated isolation probe reports, as if NetworkPolicies were enforced. No packet is sent here.
 * Without a result, the operator would retry forever.
 */
const PROBED = JSON.stringify(SHUT);

const POD_COMPLETE = `
{{ $now := Now }}
{{ $message := "" }}
{{ if eq ( index ( or .metadata.labels dict ) "app.kubernetes.io/component" | toString ) "${PROBE}" }}
{{ $message = ${JSON.stringify(PROBED)} }}
{{ end }}
phase: Succeeded
conditions:
{{ range list "ContainersReady" "Ready" }}
- type: {{ . }}
  status: "False"
  reason: PodCompleted
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: false
  started: false
  restartCount: 0
  state:
    terminated:
      exitCode: 0
      reason: Completed
      message: {{ $message | Quote }}
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
{{ end }}
`;
