// The pod of the terminal in a seat: what it looks like, and how it comes and goes. It runs with the attendee's
// account, so whatever a person types there has the attendee's permissions and no others. The guide can create no
// other pod.
import { setTimeout as sleep } from 'node:timers/promises';
import { ACCOUNT } from '../../../../kubernetes/in-cluster.ts';
import { isNotFound, isOverQuota } from '../../../../kubernetes/api.ts';
import type { Pod, PodStatus } from '../../../../kubernetes/types.ts';
import { NAMES, TERMINAL } from '../../../../lab/names.ts';
import type { Kube } from '../kube.ts';
import { TerminalError } from './terminal-error.ts';

export interface TerminalSettings {
  readonly image: string;
  /** Requests and limits of the container. */
  readonly resources: object;
  /** Milliseconds after which the pod is removed that has no open shell. */
  readonly idleMs: number;
}

/** Seconds for which the token in the pod is valid. The kubelet renews it, and it ends with the pod. */
const TOKEN_SECONDS = 3600;

/** Seconds after which the kubelet ends the pod in any case, such as when there is no guide that could remove it. */
const LONGEST_LIFE = 12 * 3600;

/** Milliseconds that a pod may take to start, which includes a download of its image. */
const START_MS = 90_000;
const POLL_MS = 250;

/** Reasons for which a container does not start by itself. */
const BROKEN = /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|CreateContainer(Config)?Error)$/;

/** Fields that the pod has from the guide's own pod. */
const AS_GUIDE = ['imagePullSecrets', 'nodeSelector', 'tolerations', 'priorityClassName', 'securityContext'] as const;

/** Returns the pod. Where it may run, and what the node needs to pull its image, is as in the guide's own pod. */
export function terminalPodOf({ image, resources }: TerminalSettings, guide: Pod): Pod {
  const { imagePullPolicy } = guide.spec.containers[0] ?? {};
  const from = Object.fromEntries(AS_GUIDE.flatMap((field) => (guide.spec[field] ? [[field, guide.spec[field]]] : [])));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: TERMINAL.pod, namespace: guide.metadata.namespace ?? '', labels: TERMINAL.labels },
    spec: {
      ...from,
      serviceAccountName: NAMES.attendee,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      activeDeadlineSeconds: LONGEST_LIFE,
      containers: [
        {
          name: TERMINAL.container,
          image,
          ...(imagePullPolicy !== undefined && { imagePullPolicy }),
          resources,
          volumeMounts: [
            { name: 'work', mountPath: TERMINAL.folder },
            { name: 'tmp', mountPath: '/tmp' },
            { name: 'account', mountPath: ACCOUNT, readOnly: true },
          ],
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
        },
      ],
      volumes: [
        { name: 'work', emptyDir: { sizeLimit: '32Mi' } },
        { name: 'tmp', emptyDir: { sizeLimit: '32Mi' } },
        { name: 'account', projected: { sources: ACCOUNT_FILES } },
      ],
    },
  };
}

/** The files that kubectl reads in a pod: the token, the certificate of the API server, and the namespace. */
const ACCOUNT_FILES = [
  { serviceAccountToken: { path: 'token', expirationSeconds: TOKEN_SECONDS } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
];

/** Creates the pod of the terminal and removes it. */
export class TerminalPod {
  readonly #kube: Kube;
  readonly #settings: TerminalSettings;
  readonly #guide: string;
  #starting: Promise<void> | undefined;

  /** @param guide name of the guide's own pod */
  constructor(kube: Kube, settings: TerminalSettings, guide: string) {
    this.#kube = kube;
    this.#settings = settings;
    this.#guide = guide;
  }

  /** Makes sure that the pod runs. Calls at the same time share the work. @throws TerminalError if it can't run */
  ensure(): Promise<void> {
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  remove(): Promise<void> {
    return this.#kube.deletePod(TERMINAL.pod);
  }

  async #start(): Promise<void> {
    const end = Date.now() + START_MS;
    for (let found = await this.#find(); ; found = await this.#find()) {
      if (isRunning(found)) return;
      if (found === undefined) await this.#create();
      else if (hasEnded(found)) await this.remove();
      const trouble = troubleOf(found);
      if (trouble !== undefined || Date.now() > end) throw new TerminalError(trouble ?? TOO_SLOW, 503);
      await sleep(POLL_MS);
    }
  }

  async #create(): Promise<void> {
    try {
      await this.#kube.createPod(terminalPodOf(this.#settings, await this.#kube.pod(this.#guide)));
    } catch (error) {
      if (!isOverQuota(error)) throw error;
      const found = /exceeded quota.*/.exec(error.message)?.[0] ?? 'none';
      throw new TerminalError(
        `expected room for one more small pod in your seat, found ${found.slice(0, 300)}. Delete a pod of your own.`,
        409,
      );
    }
  }

  async #find(): Promise<Pod | undefined> {
    try {
      return await this.#kube.pod(TERMINAL.pod);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

const TOO_SLOW = `expected the terminal to start within ${START_MS / 1000} s, found it still starting. Open it again.`;

const isDeleted = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

const isRunning = (pod: Pod | undefined): boolean =>
  pod !== undefined && !isDeleted(pod) && pod.status?.containerStatuses?.[0]?.state?.running !== undefined;

const hasEnded = (pod: Pod): boolean =>
  !isDeleted(pod) && (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed');

/** Returns why the pod does not start, if that is known. */
const troubleOf = (pod: Pod | undefined): string | undefined =>
  pod?.status && (imageTrouble(pod.status) ?? nodeTrouble(pod.status));

function imageTrouble({ containerStatuses = [] }: PodStatus): string | undefined {
  const { reason = '', message = '' } = containerStatuses[0]?.state?.waiting ?? {};
  if (!BROKEN.test(reason)) return undefined;
  return `expected the image of the terminal, found ${reason}: ${message.slice(0, 300)}. Tell your instructor.`;
}

function nodeTrouble({ conditions = [] }: PodStatus): string | undefined {
  const found = conditions.find(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable');
  return found && `expected a node with room for the terminal, found none: ${(found.message ?? '').slice(0, 300)}`;
}
