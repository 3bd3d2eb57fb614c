// Builds the isolation test's pod and reads its answer. The pod runs in one seat and tries to reach what is outside.
import { randomBytes } from 'node:crypto';
import { answerIn } from '../../apps/isolation-probe/contract.ts';
import type { Answer, Target } from '../../apps/isolation-probe/contract.ts';
import { imageOf } from '../../cdk8s/lab/workload.ts';
import { completeValues } from '../../cdk8s/render.ts';
import { LABELS, NAMES, RELEASE } from '../api/types.ts';
import type { Seat, Workshop } from '../api/types.ts';
import type { Pod, PodSpec } from '../../kubernetes/types.ts';
import { placementOf } from './placement.ts';
import { restrictedContainer, restrictedPod } from './pod-security.ts';
import { labelsOf } from './seats.ts';

/** Start of the name of the isolation test's pods, and value of their label app.kubernetes.io/component. */
export const PROBE = NAMES.probe;

/**
 * Requests and limits of the isolation test's pod. They are lower than PROBE_RESOURCES, for which every seat's quota
 * has room.
 */
const RESOURCES = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '96Mi' } };

/** Seconds after which the isolation test fails if its pod has not ended. */
export const PROBE_SECONDS = 60;

/**
 * Returns the target that the pod must reach: the guide of its own seat. If the pod can't reach this guide, the network
 * is broken and the test proves nothing.
 */
const control = (seat: Seat): Target => ({
  path: 'control',
  name: `${RELEASE}-guide`,
  host: `${RELEASE}-guide`,
  port: completeValues(seat.spec.lab).guide.service.port,
});

/** Prefers a node with pods of the other seat. Only there, these pods can be neighbours of the test's pod. */
const near = (seat: string): NonNullable<PodSpec['affinity']> => ({
  podAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          topologyKey: 'kubernetes.io/hostname',
          namespaces: [seat],
          labelSelector: { matchLabels: { 'app.kubernetes.io/instance': RELEASE } },
        },
      },
    ],
  },
});

export interface SeatPair {
  /** The seat that the pod runs in. */
  readonly from: Seat;
  /** The seat that the pod tries to reach. */
  readonly to: Seat;
}

/**
 * Builds the isolation test's pod. NetworkPolicies treat this pod like a pod of the attendee. Nobody can guess its
 * name, so no other pod can take the name before.
 */
export function probePod(workshop: Workshop, { from, to }: SeatPair, foreign: readonly Target[]): Pod {
  const { image, imagePullSecrets } = completeValues(from.spec.lab);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${PROBE}-${randomBytes(5).toString('hex')}`,
      namespace: from.metadata.name,
      labels: { ...labelsOf(workshop), [LABELS.seat]: from.metadata.name, [LABELS.component]: PROBE },
    },
    spec: {
      ...restrictedPod,
      ...placementOf(from.spec.lab),
      affinity: near(to.metadata.name),
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

interface Ended {
  readonly message?: string;
  readonly exitCode?: number;
}

const parseAnswer = ({ message = 'nothing', exitCode }: Ended): Answer | string =>
  answerIn(message) ?? `the pod ended with code ${exitCode} and wrote: ${message.slice(0, 200)}.`;

/**
 * Returns the pod's answer. Returns a text with the reason if the pod ended without an answer. Returns undefined while
 * the pod runs.
 */
export function probeAnswer({
  status: { phase, reason = 'Failed', message = '', containerStatuses = [] } = {},
}: Pod): Answer | string | undefined {
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
