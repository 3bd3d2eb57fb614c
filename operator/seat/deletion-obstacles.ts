// Finds the objects that keep a seat's namespace from being deleted. Removes finalizers and long grace periods where an
// attendee may have set them, and explains the rest. Kubernetes' own conditions of a namespace lag behind, so the
// operator looks at the objects itself.
import { isConflict, isForbidden, isInvalid, isNotFound, isTerminating } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { KINDS, kindOf } from '../../kubernetes/kinds.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import type { Deployment, Pod } from '../../kubernetes/types.ts';
import { LABELS, RELEASE } from '../api/types.ts';
import { NAMESPACED_KINDS } from './context.ts';
import type { SeatContext } from './context.ts';
import { namespaceOf } from './objects.ts';

/** Longest time that a pod gets to shut down once its seat is being deleted or stopped, in seconds. */
const MAX_GRACE_SECONDS = 5;
/** The time that a pod with a longer grace period still gets, in seconds. 0 would not wait for the node. */
const SHORTENED_GRACE_SECONDS = 1;
/** Milliseconds after its grace period until a pod counts as stuck. */
const STUCK_AFTER_MS = 10_000;

/**
 * Finalizers that Kubernetes' own garbage collector removes.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/
 */
export const OF_GARBAGE_COLLECTOR: readonly string[] = ['foregroundDeletion', 'orphan'];

/**
 * Kinds whose finalizers the operator removes, because an attendee may write them. A finalizer on an object of another
 * kind comes from the cluster, such as that of a load balancer, and the operator only names it.
 */
export const WRITABLE_BY_ATTENDEE: readonly string[] = ['ConfigMap', 'Deployment', 'Pod'];

/** Something that delays the deletion of a namespace. */
interface Obstacle {
  /** One or two sentences that name the object and the command that removes the obstacle. */
  readonly text: string;
  /** Removes the obstacle. Undefined if only a person may remove it. */
  readonly remove?: () => Promise<unknown>;
}

/** What was found: the number of obstacles that were removed, and a text about each one that is left. */
export interface Obstacles {
  readonly removed: number;
  readonly left: readonly string[];
}

export const NO_OBSTACLES: Obstacles = { removed: 0, left: [] };

const MAX_NAMED = 3;

/** Returns the texts about the first obstacles, and the number of the others. */
export const listed = (left: readonly string[]): string =>
  [...left.slice(0, MAX_NAMED), ...(left.length > MAX_NAMED ? [`${left.length - MAX_NAMED} more`] : [])].join('; ');

/** Returns the finalizers of an object that nobody but their own controller removes. */
const foreignFinalizers = ({ metadata: { finalizers = [] } }: KubeObject): string[] =>
  finalizers.filter((one) => !OF_GARBAGE_COLLECTOR.includes(one));

/** Returns a merge patch that removes an object's foreign finalizers, if the object has not changed meanwhile. */
const withoutForeignFinalizers = (object: KubeObject): object => ({
  metadata: {
    resourceVersion: object.metadata.resourceVersion,
    finalizers: (object.metadata.finalizers ?? []).filter((one) => OF_GARBAGE_COLLECTOR.includes(one)),
  },
});

/** Deletes an object, but only if its uid is still the same. Removes foreign finalizers first, which would keep it. */
export async function deleteForGood(api: Api, object: KubeObject): Promise<void> {
  const { uid } = object.metadata;
  const isKept = WRITABLE_BY_ATTENDEE.includes(object.kind) && foreignFinalizers(object).length > 0;
  if (isKept) await api.mergePatch(kindOf(object), object.metadata, withoutForeignFinalizers(object));
  await api.delete(kindOf(object), object.metadata, uid === undefined ? {} : { uid });
}

function finalizerObstacle({ options: { api } }: SeatContext, kind: Kind, object: KubeObject): Obstacle[] {
  const { name, namespace = '' } = object.metadata;
  const finalizers = foreignFinalizers(object);
  if (finalizers.length === 0) return [];
  const target = `${kind.kind.toLowerCase()} ${name}`;
  const text =
    `${kind.kind} ${name} has the finalizer ${finalizers.join(', ')}. If nothing else removes it: ` +
    `kubectl -n ${namespace} patch ${target} --type=merge -p '{"metadata":{"finalizers":null}}'`;
  const remove = (): Promise<unknown> => api.mergePatch(kind, object.metadata, withoutForeignFinalizers(object));
  return [WRITABLE_BY_ATTENDEE.includes(kind.kind) ? { text, remove } : { text }];
}

/** Returns an obstacle for a Deployment whose template gives its finalizers to every new pod. */
function templateObstacle({ options: { api } }: SeatContext, object: KubeObject): Obstacle[] {
  const { metadata, spec } = object as Deployment;
  if ((spec.template.metadata?.finalizers ?? []).length === 0) return [];
  const { name, namespace = '', uid } = metadata;
  const command = `kubectl -n ${namespace} delete deployment ${name}`;
  const text = `Deployment ${name} gives finalizers to its pods. Delete it: ${command}`;
  return [{ text, remove: () => api.delete(KINDS.Deployment, metadata, uid === undefined ? {} : { uid }) }];
}

/** Shortens the time that a pod may take to shut down. Deletes the pod, if nobody has yet. */
function graceObstacle({ options: { api }, now }: SeatContext, { metadata, spec }: Pod): Obstacle[] {
  const { name, namespace = '', uid, deletionTimestamp } = metadata;
  if (deletionTimestamp !== undefined && now - Date.parse(deletionTimestamp) > STUCK_AFTER_MS) {
    const node = spec.nodeName ?? 'none';
    const command = `kubectl -n ${namespace} delete pod ${name} --force --grace-period=0`;
    return [{ text: `Pod ${name} should have ended, but its node ${node} has not confirmed it: ${command}` }];
  }
  const grace = metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
  if (grace <= MAX_GRACE_SECONDS) return [];
  const text = `Pod ${name} may take ${grace} s to end: kubectl -n ${namespace} delete pod ${name} --grace-period=1`;
  const options = { ...(uid !== undefined && { uid }), gracePeriodSeconds: SHORTENED_GRACE_SECONDS };
  return [{ text, remove: () => api.delete(KINDS.Pod, metadata, options) }];
}

const podObstacles = (context: SeatContext, pod: Pod): Obstacle[] => [
  ...graceObstacle(context, pod),
  ...finalizerObstacle(context, KINDS.Pod, pod),
];

/** Returns the seat's objects of the kinds that the operator manages. `all` includes those without its labels. */
async function managedObjects({ options: { api, stores }, seat }: SeatContext, all: boolean): Promise<KubeObject[]> {
  const namespace = namespaceOf(seat);
  const listed = NAMESPACED_KINDS.map(async (kind): Promise<KubeObject[]> => {
    if (all) return (await api.list(KINDS[kind], { namespace })).map((object) => ({ ...object, kind }));
    const labelled = stores[kind].byLabel(LABELS.seat, seat.metadata.name);
    return labelled.filter(({ metadata }) => metadata.namespace === namespace);
  });
  return (await Promise.all(listed)).flat();
}

async function findObstacles(context: SeatContext, all: boolean): Promise<Obstacle[]> {
  const namespace = namespaceOf(context.seat);
  const [pods, objects] = await Promise.all([
    context.options.api.list<Pod>(KINDS.Pod, { namespace }),
    managedObjects(context, all),
  ]);
  return [
    ...pods.flatMap((pod) => podObstacles(context, pod)),
    ...objects.flatMap((object) => [
      ...finalizerObstacle(context, KINDS[object.kind as (typeof NAMESPACED_KINDS)[number]], object),
      ...(object.kind === 'Deployment' ? templateObstacle(context, object) : []),
    ]),
  ];
}

/** Removes an obstacle. @returns whether it is gone. It stays if the API server refuses the removal. */
async function isRemoved({ remove }: Obstacle): Promise<boolean> {
  if (!remove) return false;
  try {
    await remove();
    return true;
  } catch (error) {
    if (isNotFound(error)) return true;
    if ([isConflict, isForbidden, isInvalid, isTerminating].some((is) => is(error))) return false;
    throw error;
  }
}

/**
 * Removes what would keep the seat's namespace from being deleted, as far as the operator may.
 * @param all whether to look at objects without the operator's labels too, which costs one request per kind
 */
export async function removeObstacles(context: SeatContext, { all }: { readonly all: boolean }): Promise<Obstacles> {
  const obstacles = await findObstacles(context, all);
  const results = await Promise.all(obstacles.map(async (one) => ({ text: one.text, removed: await isRemoved(one) })));
  const left = results.filter(({ removed }) => !removed).map(({ text }) => text);
  return { removed: results.length - left.length, left };
}

/** Ends a pod soon, even if its finalizers or its grace period would keep it. */
async function endPod(context: SeatContext, pod: Pod): Promise<void> {
  const { uid, deletionTimestamp } = pod.metadata;
  const options = { ...(uid !== undefined && { uid }), gracePeriodSeconds: SHORTENED_GRACE_SECONDS };
  if (deletionTimestamp === undefined) await context.options.api.delete(KINDS.Pod, pod.metadata, options);
  await Promise.all(podObstacles(context, pod).map(isRemoved));
}

/** Ends all pods in the seat's namespace. @returns how many of them are not the lab's */
export async function endPods(context: SeatContext): Promise<number> {
  const pods = await context.options.api.list<Pod>(KINDS.Pod, { namespace: namespaceOf(context.seat) });
  await Promise.all(pods.map((pod) => endPod(context, pod)));
  return pods.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/instance'] !== RELEASE).length;
}
