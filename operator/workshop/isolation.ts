// Whether seats are isolated from each other: the pod that tries it in one seat, what of another seat it tries, and what its answer
// means. Nothing is claimed that was not seen.
import { CONNECTED } from '../../apps/isolation-probe/probe.ts';
import type { Results, Target } from '../../apps/isolation-probe/probe.ts';
import { imageOf } from '../../cdk8s/lab/workload.ts';
import { completeValues } from '../../cdk8s/render.ts';
import { rfc3339 } from '../../kubernetes/conditions.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { LABELS, RELEASE } from '../api/types.ts';
import type { Seat, Workshop } from '../api/types.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { placementOf } from './placement.ts';
import { restrictedContainer, restrictedPod } from './restricted.ts';
import { labelsOf } from './seats.ts';

/** Name of the pod, and its label app.kubernetes.io/component. */
export const PROBE = 'isolation-probe';

/** Within what the quota and the LimitRange of a seat leave for it. */
const RESOURCES = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '96Mi' } };

/** A pod that can't be run or does not end is given up after that many seconds. */
export const PROBE_SECONDS = 60;

/** The most addresses that are tried: the answer has to fit into a termination message of 4096 bytes. */
const MOST_TARGETS = 40;

export interface Service extends KubeObject {
  readonly spec?: {
    readonly clusterIP?: string;
    readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
  };
}

export interface Served extends KubeObject {
  readonly spec?: {
    readonly containers?: readonly {
      readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[];
    }[];
  };
  readonly status?: { readonly podIP?: string };
}

const isTcp = ({ protocol = 'TCP' }: { readonly protocol?: string }): boolean => protocol === 'TCP';
const closed = (name: string, host: string, port: number): Target => ({
  name: `${name}:${port}`,
  host,
  port,
  open: false,
});

/** What a seat serves: at the addresses of its Services, and of its pods, which a network may tell apart. */
export function foreignTargets(services: readonly Service[], pods: readonly Served[]): Target[] {
  const ofServices = services.flatMap(({ metadata, spec: { clusterIP = '', ports = [] } = {} }) =>
    clusterIP === '' || clusterIP === 'None'
      ? []
      : ports.filter(isTcp).map(({ port }) => closed(metadata.name, clusterIP, port)),
  );
  const ofPods = pods.flatMap(({ metadata, spec: { containers = [] } = {}, status: { podIP = '' } = {} }) =>
    podIP === ''
      ? []
      : containers
          .flatMap(({ ports = [] }) => ports)
          .filter(isTcp)
          .map(({ containerPort }) => closed(metadata.name, podIP, containerPort)),
  );
  return [...ofServices, ...ofPods].slice(0, MOST_TARGETS);
}

const CONTROL = 'control';

/** The seat's own front door, by name: where the pod can't reach that, the network is what fails, and proves nothing. */
const control = (seat: Seat): Target => ({
  name: CONTROL,
  host: `${RELEASE}-guide`,
  port: completeValues(seat.spec.lab).guide.service.port,
  open: true,
});

/** The pod that tries, in the namespace of the seat `from`. It is like a pod of the attendee's own. */
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
          command: ['node', '/app/reach.js'],
          env: [{ name: 'TARGETS', value: JSON.stringify([control(from), ...foreign]) }],
          resources: RESOURCES,
          ...restrictedContainer,
        },
      ],
    },
  };
}

const TYPE = 'NetworkIsolation';

export const notProbed = (ready: number): ConditionSpec => ({
  type: TYPE,
  status: 'Unknown',
  reason: 'NotProbed',
  message: ready < 2 ? `Needs two seats that are Ready to try it between, found ${ready}.` : 'Is being tried.',
});

export const probeFailed = (why: string): ConditionSpec => ({
  type: TYPE,
  status: 'Unknown',
  reason: 'ProbeFailed',
  message: `Could not be tried: ${why} It is tried again by itself.`,
});

export interface Tried {
  /** Names of the seats. */
  readonly from: string;
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What the pod's answer means. */
export function verdict(results: Results, { from, to, at }: Tried): ConditionSpec {
  const { [CONTROL]: own = 'no answer', ...foreign } = results;
  if (own !== CONNECTED) {
    return probeFailed(
      `a pod in seat ${from} could not reach that seat's own ${RELEASE}-guide (${own}). Expected pods of one seat to reach each other: check the network plugin and DNS.`,
    );
  }
  const tried = Object.keys(foreign).length;
  const reached = Object.entries(foreign)
    .filter(([, result]) => result === CONNECTED)
    .map(([name]) => name)
    .sort();
  if (tried === 0) return probeFailed(`nothing that seat ${to} serves was found.`);
  if (reached.length > 0) {
    const more = reached.length > 3 ? ` and ${reached.length - 3} more` : '';
    return {
      type: TYPE,
      status: 'False',
      reason: 'Unenforced',
      message:
        `A pod in seat ${from} reached ${reached.slice(0, 3).join(', ')}${more} of seat ${to} (${rfc3339(at)}): the cluster's network does not enforce NetworkPolicies.` +
        " Use a network plugin that does, or know that attendees can reach each other's labs.",
    };
  }
  return {
    type: TYPE,
    status: 'True',
    reason: 'Enforced',
    message: `A pod in seat ${from} reached its own ${RELEASE}-guide, and none of ${tried} addresses of seat ${to} (${rfc3339(at)}).`,
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

const saidBy = ({
  message = 'nothing',
  exitCode,
}: {
  readonly message?: string;
  readonly exitCode?: number;
}): Results | string => resultsIn(message) ?? `the pod ended with code ${exitCode} and said: ${message.slice(0, 200)}.`;

/** The pod's answer; a sentence where it ended without one; undefined while it hasn't ended. */
export function answerOf({
  status: { phase, reason = 'Failed', message = '', containerStatuses = [] } = {},
}: Pod): Results | string | undefined {
  const ended = containerStatuses.map(({ state }) => state?.terminated).find((terminated) => terminated !== undefined);
  if (ended) return saidBy(ended);
  return phase === 'Failed' ? `the pod ended: ${reason}: ${message}.` : undefined;
}

/** What a pod that has not ended is waiting for. */
export function stuckText({
  status: { conditions = [], containerStatuses = [] } = {},
}: Pick<Pod, 'status'> = {}): string {
  const waiting = containerStatuses[0]?.state?.waiting;
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const why = [waiting, unscheduled].flatMap((one) => [one?.reason ?? [], one?.message ?? []].flat()).join(': ');
  return `the pod did not end within ${PROBE_SECONDS} s${why === '' ? '' : `, ${why}`}.`;
}
