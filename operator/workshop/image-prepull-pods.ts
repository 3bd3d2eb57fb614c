// Images on every node before a class needs them: a pod per node that runs each of the lab's images for a moment, and so has the
// kubelet pull it.
import { imageOf } from '../../cdk8s/lab/workload.ts';
import { json, sha256 } from '../../cdk8s/canonical-json.ts';
import { completeValues } from '../../cdk8s/render.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { GROUP, LABELS } from '../api/types.ts';
import type { Workshop } from '../api/types.ts';
import type { Container, ContainerStatus, Node, Pod } from './types.ts';
import { placementOf, takes } from './placement.ts';
import { restrictedContainer, restrictedPod } from './restricted.ts';
import { labelsOf, ownedBy } from './seats.ts';

/** The value of the label app.kubernetes.io/component on the pods; the watch on them selects by it. */
export const COMPONENT = 'image-pull';

/** Which set of images a pod is for. */
const SET = `${GROUP}/images`;

const REQUESTS = { cpu: '1m', memory: '8Mi' };
const LIMITS = { memory: '256Mi' };

/** An image, and a command of its that does nothing and ends. */
interface PrepullTask {
  readonly name: string;
  readonly image: string;
  readonly run: Pick<Container, 'command' | 'args'>;
}

function pullsOf(lab?: SomeValues): PrepullTask[] {
  const { image, collector, jaeger } = completeValues(lab);
  const all: PrepullTask[] = [
    { name: 'apps', image: imageOf(image), run: { command: ['node', '-e', ''] } },
    { name: 'collector', image: imageOf(collector.image), run: { args: ['--version'] } },
    { name: 'jaeger', image: imageOf(jaeger.image), run: { args: ['version'] } },
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
 * The pods that pull, one for each node that takes the lab's pods. They keep to their node by nodeName, past the scheduler, which
 * has nothing to choose.
 */
export function pullPods(workshop: Workshop, nodes: readonly Node[], namespace: string): Pod[] {
  const { lab } = workshop.spec;
  const {
    image: { pullPolicy },
    imagePullSecrets,
  } = completeValues(lab);
  const { tolerations = [], ...selector } = placementOf(lab);
  const containers = pullsOf(lab).map(containerFor(pullPolicy));
  const set = sha256(json([workshop.metadata.name, containers, imagePullSecrets, tolerations])).slice(0, 10);
  return nodes
    .filter((node) => takes(node, { tolerations, ...selector }))
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

/** A container on a node: its image is there, is being pulled, or can't be. */
type Found = 'present' | 'pulling' | { readonly reason: string; readonly message: string };

/** Reasons of a container that waits, which say that its image is missing. https://kubernetes.io/docs/concepts/containers/images/ */
const REFUSALS = [
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

function foundIn(status: ContainerStatus | undefined): Found {
  if (status === undefined) return 'pulling';
  if (hasRun(status)) return 'present';
  const { reason = '', message = '' } = status.state?.waiting ?? {};
  // An image without the command that is asked of it can't be started, but is there.
  if (reason === 'CreateContainerError') return 'present';
  return REFUSALS.includes(reason) ? { reason, message } : 'pulling';
}

/** Refused by its node before anything was pulled, as for want of room; the pod stays so. */
export const wasRefused = ({ status }: Pod): boolean =>
  status?.phase === 'Failed' && (status.containerStatuses ?? []).every(({ imageID = '' }) => imageID === '');

interface PrepullState {
  readonly node: string;
  readonly image: string;
  readonly found: Found;
}

/** The images of one pod, as it is, or as it is to be where it isn't yet. */
function pulledBy(wanted: Pod, live: Pod | undefined): PrepullState[] {
  const { reason = 'Failed', message = '', containerStatuses = [] } = live?.status ?? {};
  return wanted.spec.containers.map(({ name, image = '' }) => ({
    node: wanted.spec.nodeName ?? '',
    image,
    found:
      live && wasRefused(live)
        ? { reason, message }
        : foundIn(containerStatuses.find((status) => status.name === name)),
  }));
}

const TYPE = 'ImagesReady';

const adviceFor = (reason: string, namespace: string): string =>
  reason === 'ErrImageNeverPull'
    ? 'Load the image onto the node, or set lab.image.pullPolicy to IfNotPresent.'
    : `Check its name in spec.lab, that the node reaches the registry, and that the Secrets of lab.imagePullSecrets are in namespace ${namespace} too;` +
      ' an image that no registry has must be loaded onto the node.';

/** @param live the pod that pulls by that name, if it is there */
export function imagesCondition(wanted: readonly Pod[], live: (name: string) => Pod | undefined): ConditionSpec {
  const all = wanted.flatMap((pod) => pulledBy(pod, live(pod.metadata.name)));
  const [first] = wanted;
  if (!first) {
    return {
      type: TYPE,
      status: 'False',
      reason: 'NoNodes',
      message:
        "No node takes the lab's pods: expected one that is Ready and schedulable, has the labels of lab.nodeSelector, and only taints that lab.tolerations name.",
    };
  }
  for (const { node, image, found } of all) {
    if (typeof found === 'string') continue;
    const { reason, message } = found;
    return {
      type: TYPE,
      status: 'False',
      reason: 'ErrImagePull',
      message: `Node ${node} can't get ${image}: ${reason}${message === '' ? '' : `: ${message}`}. ${adviceFor(reason, first.metadata.namespace ?? '')}`,
    };
  }
  const images = first.spec.containers.length;
  const ready = wanted.filter((pod) =>
    pulledBy(pod, live(pod.metadata.name)).every(({ found }) => found === 'present'),
  ).length;
  if (ready < wanted.length)
    return {
      type: TYPE,
      status: 'False',
      reason: 'NotAllYet',
      message: `All ${images} images are on ${ready} of ${wanted.length} nodes; the others are pulling.`,
    };
  return {
    type: TYPE,
    status: 'True',
    reason: 'Pulled',
    message: `All ${images} images are on ${wanted.length} of ${wanted.length} nodes.`,
  };
}

export const imagesUnknown = (refusal: string): ConditionSpec => ({
  type: TYPE,
  status: 'Unknown',
  reason: 'NotReadable',
  message: `Which nodes need the images can't be told: ${refusal}. Let the operator list nodes, as its chart does. Images are pulled when a seat needs them.`,
});

export const imagesRefused = (refusal: string): ConditionSpec => ({
  type: TYPE,
  status: 'Unknown',
  reason: 'PullRefused',
  message: `The pods that pull images may not be made: ${refusal}. Let them into the operator's namespace; until then images are pulled when a seat needs them.`,
});
