// Builds the pods that pull images onto nodes before a class needs the images. Each pod runs every image of the lab for
// a moment, so that the kubelet pulls the image.
import { imageOf } from '../../cdk8s/lab/workload.ts';
import { json, sha256 } from '../../cdk8s/canonical-json.ts';
import { completeValues } from '../../cdk8s/render.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { GROUP, LABELS } from '../api/types.ts';
import type { Workshop } from '../api/types.ts';
import type { Container, ContainerStatus, Node, Pod } from '../../kubernetes/types.ts';
import { placementOf, accepts } from './placement.ts';
import { restrictedContainer, restrictedPod } from './pod-security.ts';
import { labelsOf, ownedBy } from './seats.ts';

/**
 * Value of the label app.kubernetes.io/component on all pods that pull images. The watch selects pods by this label.
 */
export const COMPONENT = 'image-pull';

/** Name of a label on pods that pull images. The label's value identifies the set of images that the pod pulls. */
const SET = `${GROUP}/images`;

const REQUESTS = { cpu: '1m', memory: '8Mi' };
const LIMITS = { memory: '256Mi' };

/** An image to pull, and a command in the image that ends at once. */
interface PrepullTask {
  readonly name: string;
  readonly image: string;
  readonly run: Pick<Container, 'command' | 'args'>;
}

const only = (enabled: boolean, task: PrepullTask): PrepullTask[] => (enabled ? [task] : []);

function pullTasks(lab?: SomeValues): PrepullTask[] {
  const { image, collector, jaeger, prometheus, flask, terminal } = completeValues(lab);
  const all: PrepullTask[] = [
    { name: 'apps', image: imageOf(image), run: { command: ['node', '-e', ''] } },
    { name: 'collector', image: imageOf(collector.image), run: { args: ['--version'] } },
    { name: 'jaeger', image: imageOf(jaeger.image), run: { args: ['version'] } },
    ...only(prometheus.enabled, { name: 'prometheus', image: imageOf(prometheus.image), run: { args: ['--version'] } }),
    ...only(flask.enabled, { name: 'flask', image: imageOf(flask.image), run: { command: ['python3', '-c', ''] } }),
    ...only(terminal.enabled, { name: 'terminal', image: imageOf(terminal.image), run: { command: ['true'] } }),
  ];
  return all.filter((pull, index) => all.findIndex(({ image: same }) => same === pull.image) === index);
}

const containerFor =
  (pullPolicy: string) =>
  ({ name, image, run }: PrepullTask): Container => ({
    name,
    image,
    imagePullPolicy: pullPolicy,
    ...run,
    resources: { requests: REQUESTS, limits: LIMITS },
    ...restrictedContainer,
  });

/**
 * Builds the pods that pull images, one for each node that accepts the lab's pods. Each pod's spec already contains the
 * node's name, so the scheduler has nothing to do.
 */
export function pullPods(workshop: Workshop, nodes: readonly Node[], namespace: string): Pod[] {
  const { lab } = workshop.spec;
  const {
    image: { pullPolicy },
    imagePullSecrets,
  } = completeValues(lab);
  const { tolerations = [], ...selector } = placementOf(lab);
  const containers = pullTasks(lab).map(containerFor(pullPolicy));
  const set = sha256(json([workshop.metadata.name, containers, imagePullSecrets, tolerations])).slice(0, 10);
  return nodes
    .filter((node) => accepts(node, { tolerations, ...selector }))
    .map(({ metadata: { name: node } }) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${COMPONENT}-${set}-${sha256(node).slice(0, 10)}`,
        namespace,
        labels: { ...labelsOf(workshop), [LABELS.component]: COMPONENT, [SET]: set },
        ownerReferences: [ownedBy(workshop)],
      },
      spec: { ...restrictedPod, nodeName: node, containers, imagePullSecrets: [...imagePullSecrets], tolerations },
    }));
}

/** State of an image on a node. If the image can't be pulled, the state is an object with the reason. */
type ImageState = 'present' | 'pulling' | { readonly reason: string; readonly message: string };

/**
 * Reasons of waiting containers which mean that the image can't be pulled.
 * https://kubernetes.io/docs/concepts/containers/images/
 */
const PULL_ERRORS = [
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
];

const hasRun = ({ imageID = '', state = {} }: ContainerStatus): boolean =>
  imageID !== '' || state.running !== undefined || state.terminated !== undefined;

function imageState(status: ContainerStatus | undefined): ImageState {
  if (status === undefined) return 'pulling';
  if (hasRun(status)) return 'present';
  const { reason = '', message = '' } = status.state?.waiting ?? {};
  // The container can't start because its image lacks the command. But the image has been pulled onto the node.
  if (reason === 'CreateContainerError') return 'present';
  return PULL_ERRORS.includes(reason) ? { reason, message } : 'pulling';
}

/**
 * Whether the node rejected the pod before it pulled any image, for example because the node lacks resources.
 * Kubernetes never starts a rejected pod again.
 */
export const wasRejected = ({ status }: Pod): boolean =>
  status?.phase === 'Failed' && (status.containerStatuses ?? []).every(({ imageID = '' }) => imageID === '');

interface PrepullState {
  readonly node: string;
  readonly image: string;
  readonly state: ImageState;
}

/** Returns the state of each image of one pod. The images of a pod that does not exist yet count as being pulled. */
function pullStates(wanted: Pod, live: Pod | undefined): PrepullState[] {
  const { reason = 'Failed', message = '', containerStatuses = [] } = live?.status ?? {};
  return wanted.spec.containers.map(({ name, image = '' }) => ({
    node: wanted.spec.nodeName ?? '',
    image,
    state:
      live && wasRejected(live)
        ? { reason, message }
        : imageState(containerStatuses.find((status) => status.name === name)),
  }));
}

const TYPE = 'ImagesReady';

const adviceFor = (reason: string, namespace: string): string =>
  reason === 'ErrImageNeverPull'
    ? 'Load the image onto the node, or set lab.image.pullPolicy to IfNotPresent.'
    : 'Check its name in spec.lab, that the node reaches the registry, and ' +
      `that the Secrets of lab.imagePullSecrets are in namespace ${namespace} too. ` +
      'If no registry has the image, load it onto the node.';

/**
 * Builds the condition ImagesReady.
 * @param live function that returns the live pod of a given name, or undefined if there is none
 */
export function imagesCondition(wanted: readonly Pod[], live: (name: string) => Pod | undefined): ConditionSpec {
  const all = wanted.flatMap((pod) => pullStates(pod, live(pod.metadata.name)));
  const [first] = wanted;
  if (!first) {
    return {
      type: TYPE,
      status: 'False',
      reason: 'NoNodes',
      message:
        'Expected a node that is Ready and schedulable, has the labels of lab.nodeSelector, and has only taints ' +
        'that lab.tolerations allow. Found none.',
    };
  }
  for (const { node, image, state } of all) {
    if (typeof state === 'string') continue;
    const { reason, message } = state;
    return {
      type: TYPE,
      status: 'False',
      reason: 'ErrImagePull',
      message:
        `Node ${node} can't pull ${image}: ${reason}${message === '' ? '' : `: ${message}`}. ` +
        `${adviceFor(reason, first.metadata.namespace ?? '')}`,
    };
  }
  const images = first.spec.containers.length;
  const ready = wanted.filter((pod) =>
    pullStates(pod, live(pod.metadata.name)).every(({ state }) => state === 'present'),
  ).length;
  if (ready < wanted.length)
    return {
      type: TYPE,
      status: 'False',
      reason: 'NotAllYet',
      message: `All ${images} images are on ${ready} of ${wanted.length} nodes. The others are still pulling them.`,
    };
  return {
    type: TYPE,
    status: 'True',
    reason: 'Pulled',
    message: `All ${images} images are on ${wanted.length} of ${wanted.length} nodes.`,
  };
}

export const imagesUnknown = (denial: string): ConditionSpec => ({
  type: TYPE,
  status: 'Unknown',
  reason: 'NotReadable',
  message:
    `The API server does not let the operator list nodes: ${denial}. Restore the chart's cluster roles with helm ` +
    'upgrade. Until then, images are pulled when a seat needs them.',
});

export const imagesDenied = (denial: string): ConditionSpec => ({
  type: TYPE,
  status: 'Unknown',
  reason: 'PullRefused',
  message:
    `The API server refuses the pods that pull images: ${denial}. Allow them in the operator's namespace. Until ` +
    'then, images are pulled when a seat needs them.',
});
