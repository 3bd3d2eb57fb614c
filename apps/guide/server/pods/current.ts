// Says whether the pods that answer run the learner's files as they are now. After a Run, the pod of before serves
// until the new one is ready, and longer if the new one does not start.
import { createHash } from 'node:crypto';
import type { ConfigMap, Deployment, Pod } from '../../../../kubernetes/types.ts';
import { LABELS, MANAGED_BY, OWN } from '../../../../lab/names.ts';
import type { OwnFile } from '../../../../lab/names.ts';
import type { Component } from '../../contract.ts';
import type { Outdated } from './phase.ts';
import { newest } from './watcher.ts';

export interface ComponentObjects {
  readonly component: Component;
  readonly pods: readonly Pod[];
  readonly deployment: Deployment | undefined;
  /** The ConfigMap with the learner's files. */
  readonly files: ConfigMap | undefined;
  /** Why the newest pod is not ready, if it is not. */
  readonly trouble: string | undefined;
  /**
   * SHA-256 of the files with which the newest pod started, as far as known. Dice says it itself. Its code could fake
   * them, and would then only hide from its learner that it is old.
   */
  readonly started: Readonly<Partial<Record<OwnFile, string>>>;
}

/** Returns why the component's pods are older than the learner's files, or undefined if they are not. */
export function outdated(objects: ComponentObjects): Outdated | undefined {
  const pod = newest(objects.pods);
  if (!pod) return undefined;
  return notReplaced(objects, pod) ?? notRunning(objects, pod) ?? notRestarted(objects, pod) ?? leaving(objects, pod);
}

function notRunning({ trouble }: ComponentObjects, pod: Pod): Outdated | undefined {
  return trouble === undefined ? undefined : { reason: trouble, passes: !hasEnded(pod), blocks: true };
}

/** Returns whether the pod's container has ended before. Then it will end again, because its code is the same. */
function hasEnded({ status }: Pod): boolean {
  const [container] = status?.containerStatuses ?? [];
  return (container?.state?.terminated ?? container?.lastState?.terminated) !== undefined;
}

/** The Deployment has changed, and its new pod does not exist yet. */
function notReplaced({ deployment }: ComponentObjects, { metadata }: Pod): Outdated | undefined {
  const wanted = Object.entries(deployment?.spec.template.metadata?.annotations ?? {});
  if (wanted.every(([key, value]) => metadata.annotations?.[key] === value)) return undefined;
  return { reason: `its pod ${metadata.name} is of before the last Run`, passes: true, blocks: true };
}

/**
 * In a seat, a pod's annotations have the hashes of the files that it started with, and the operator restarts it after
 * an edit. Outside a seat, only Helm writes these annotations, the hashes come from elsewhere, and nobody restarts it.
 */
function notRestarted(objects: ComponentObjects, { metadata }: Pod): Outdated | undefined {
  const { component, files, started: reported } = objects;
  if (!files) return undefined;
  const inSeat = files.metadata.labels?.[LABELS.managedBy] === MANAGED_BY;
  const old = OWN.find(({ file, started, component: reader }) => {
    const hash = inSeat ? metadata.annotations?.[started] : reported[file];
    return reader === component && hash !== undefined && hash !== sha256(files.data?.[file] ?? '');
  });
  if (!old) return undefined;
  const reason = `its pod ${metadata.name} started with an older ${old.file}`;
  return { reason, passes: inSeat, blocks: true, ...(inSeat ? {} : { todo: restart(objects), file: old.file }) };
}

const restart = ({ component, deployment }: ComponentObjects): string =>
  `Press Run, or run kubectl rollout restart deployment/${deployment?.metadata.name ?? component}.`;

/** An old pod that is shutting down may answer for another second. */
function leaving({ pods }: ComponentObjects, { metadata }: Pod): Outdated | undefined {
  const other = pods.find((pod) => pod.metadata.name !== metadata.name && pod.status?.phase === 'Running');
  return other && { reason: `its old pod ${other.metadata.name} is shutting down`, passes: true, blocks: false };
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
