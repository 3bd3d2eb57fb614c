// Builds the isolation test's pod and reads its answer. The pod runs in one seat and tries to reach another seat. This
// file decides which addresses the pod tries and what the answer means. It reports isolation only if the test has
// proved it.
import { CONNECTED } from '../../apps/isolation-probe/probe.ts';
import type { Results, Target } from '../../apps/isolation-probe/probe.ts';
import { imageOf } from '../../cdk8s/lab/workload.ts';
import { completeValues } from '../../cdk8s/render.ts';
import { rfc3339 } from '../../kubernetes/conditions.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { LABELS, NAMES, RELEASE } from '../api/types.ts';
import type { Seat, Workshop } from '../api/types.ts';
import type { Pod, Service } from '../../kubernetes/types.ts';
import { placementOf } from './placement.ts';
import { restrictedContainer, restrictedPod } from './pod-security.ts';
import { labelsOf } from './seats.ts';

/** Name of the isolation test's pod, and value of the pod's label app.kubernetes.io/component. */
export const PROBE = NAMES.probe;

/**
 * Requests and limits of the isolation test's pod. They are lower than PROBE_RESOURCES, for which every seat's quota
 * has room.
 */
const RESOURCES = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '96Mi' } };

/** Seconds after which the isolation test fails if its pod has not ended. */
export const PROBE_SECONDS = 60;

/**
 * Highest number of addresses that the pod tries. The pod's answer must fit into a termination message of 4096 bytes.
 */
const MAX_TARGETS = 40;

const isTcp = ({ protocol = 'TCP' }: { readonly protocol?: string }): boolean => protocol === 'TCP';
const unreachable = (name: string, host: string, port: number): Target => ({
  name: `${name}:${port}`,
  host,
  port,
  open: false,
});

/**
 * Returns the addresses of a seat's Services and pods, as targets that the isolation test tries to reach. It tries
 * both, because a network may treat Services and pods differently.
 */
export function foreignTargets(services: readonly Service[], pods: readonly Pod[]): Target[] {
  const ofServices = services.flatMap(({ metadata, spec: { clusterIP = '', ports = [] } = {} }) =>
    clusterIP === '' || clusterIP === 'None'
      ? []
      : ports.filter(isTcp).map(({ port }) => unreachable(metadata.name, clusterIP, port)),
  );
  const ofPods = pods.flatMap(({ metadata, spec: { containers }, status: { podIP = '' } = {} }) =>
    podIP === ''
      ? []
      : containers
          .flatMap(({ ports = [] }) => ports)
          .filter(isTcp)
          .map(({ containerPort }) => unreachable(metadata.name, podIP, containerPort)),
  );
  return [...ofServices, ...ofPods].slice(0, MAX_TARGETS);
}

const CONTROL = 'control';

/**
 * Returns the target that the pod must reach: the guide of its own seat. If the pod can't reach this guide, the network
 * is broken and the test proves nothing.
 */
const control = (seat: Seat): Target => ({
  name: CONTROL,
  host: `${RELEASE}-guide`,
  port: completeValues(seat.spec.lab).guide.service.port,
  open: true,
});

/**
 * Builds the isolation test's pod in the namespace of the seat `from`. NetworkPolicies treat this pod like a pod of the
 * attendee.
 */
export function probePod(workshop: Workshop, from: Seat, foreign: readonly Target[]): Pod {
  const { image, imagePullSecrets } = completeValues(from.spec.lab);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: PROBE,
      namespace: from.metadata.name,
      labels: { ...labelsOf(workshop), [LABELS.seat]: from.metadata.name, [LABELS.component]: PROBE },
    },
    spec: {
      ...restrictedPod,
      ...placementOf(from.spec.lab),
      activeDeadlineSeconds: PROBE_SECONDS,
      imagePullSecrets: [...imagePullSecrets],
      containers: [
        {
          name: 'probe',
          image: imageOf(image),
          imagePullPolicy: image.pullPolicy,
          command: ['node', '/app/isolation-probe.js'],
          env: [{ name: 'TARGETS', value: JSON.stringify([control(from), ...foreign]) }],
          resources: RESOURCES,
          ...restrictedContainer,
        },
      ],
    },
  };
}

const TYPE = 'NetworkIsolation';

export const notTested = (ready: number): ConditionSpec => ({
  type: TYPE,
  status: 'Unknown',
  reason: 'NotProbed',
  message:
    ready < 2
      ? `Not tested yet: the isolation test needs two Ready seats, found ${ready}.`
      : 'Not tested yet: the isolation test has not finished.',
});

export const testFailed = (cause: string): ConditionSpec => ({
  type: TYPE,
  status: 'Unknown',
  reason: 'ProbeFailed',
  message: `The isolation test has no result: ${cause} The operator repeats the test by itself.`,
});

export interface TestRun {
  /** Name of the seat that the pod runs in. The field `to` names the seat that the pod tries to reach. */
  readonly from: string;
  readonly to: string;
  /** Time of the test, in milliseconds since 1970. */
  readonly at: number;
}

/** Paths between seats that the isolation test does not try. The condition names them, so that it claims no more. */
const UNTRIED = 'IPv6 link-local addresses, node ports or the nodes';

/** Returns the condition NetworkIsolation that follows from the pod's answer. */
export function verdict(results: Results, { from, to, at }: TestRun): ConditionSpec {
  const { [CONTROL]: controlResult = 'no answer', ...foreign } = results;
  if (controlResult !== CONNECTED) {
    return testFailed(
      `a pod in seat ${from} could not reach ${RELEASE}-guide in the same seat (${controlResult}). Check the ` +
        'network plugin and DNS.',
    );
  }
  const tried = Object.keys(foreign).length;
  const reached = Object.entries(foreign)
    .filter(([, result]) => result === CONNECTED)
    .map(([name]) => name)
    .sort();
  if (tried === 0) return testFailed(`the test found no Service or pod with a port in seat ${to}.`);
  if (reached.length > 0) {
    const more = reached.length > 3 ? ` and ${reached.length - 3} more` : '';
    return {
      type: TYPE,
      status: 'False',
      reason: 'Unenforced',
      message:
        `A pod in seat ${from} reached ${reached.slice(0, 3).join(', ')}${more} of seat ${to} (${rfc3339(at)}): ` +
        "the cluster's network does not enforce NetworkPolicies." +
        " Attendees can reach each other's labs. Use a network plugin that enforces NetworkPolicies.",
    };
  }
  return {
    type: TYPE,
    status: 'True',
    reason: 'Enforced',
    message:
      `A pod in seat ${from} reached ${RELEASE}-guide in the same seat, and none of ${tried} addresses of seat ` +
      `${to} (${rfc3339(at)}). It tried the addresses of Services and pods, and not ${UNTRIED}.`,
  };
}

const isResults = (value: unknown): value is Results =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((one) => typeof one === 'string');

function resultsIn(text: string): Results | undefined {
  try {
    const results: unknown = JSON.parse(text);
    return isResults(results) ? results : undefined;
  } catch {
    return undefined;
  }
}

const parseAnswer = ({
  message = 'nothing',
  exitCode,
}: {
  readonly message?: string;
  readonly exitCode?: number;
}): Results | string =>
  resultsIn(message) ?? `the pod ended with code ${exitCode} and wrote: ${message.slice(0, 200)}.`;

/**
 * Returns the pod's answer. Returns a text with the reason if the pod ended without an answer. Returns undefined while
 * the pod runs.
 */
export function probeAnswer({
  status: { phase, reason = 'Failed', message = '', containerStatuses = [] } = {},
}: Pod): Results | string | undefined {
  const ended = containerStatuses.map(({ state }) => state?.terminated).find((terminated) => terminated !== undefined);
  if (ended) return parseAnswer(ended);
  return phase === 'Failed' ? `the pod ended: ${reason}: ${message}.` : undefined;
}

/** Returns a text that explains why a pod has not ended in time. */
export function timeoutText({
  status: { conditions = [], containerStatuses = [] } = {},
}: Pick<Pod, 'status'> = {}): string {
  const waiting = containerStatuses[0]?.state?.waiting;
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const cause = [waiting, unscheduled].flatMap((one) => [one?.reason ?? [], one?.message ?? []].flat()).join(': ');
  return `the pod did not end within ${PROBE_SECONDS} s${cause === '' ? '' : `, ${cause}`}.`;
}
