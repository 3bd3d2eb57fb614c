// Says which fields of a seat's objects others may write. The operator removes all other fields that it does not set.
import { OWN } from '../../lab/names.ts';
import type { IsShared } from '../engine/surplus.ts';
import { NAMES } from '../api/types.ts';
import { OF_GARBAGE_COLLECTOR, WRITABLE_BY_ATTENDEE } from './deletion-obstacles.ts';

/** Annotations of a pod template with which `kubectl rollout restart` and the guide restart pods. */
const RESTARTS: readonly string[] = ['kubectl.kubernetes.io/restartedAt', ...OWN.map(({ started }) => started)];

/** ConfigMaps to which the guide or the attendee writes. */
const WRITTEN_IN_CLASS: readonly string[] = [NAMES.dice, NAMES.faults, NAMES.progress];

const TEMPLATE_ANNOTATIONS = 'spec.template.metadata.annotations';

/**
 * Whether others may write this field: the attendee and the guide their data and restarts, controllers of the cluster
 * the fields that belong to them.
 */
export const isShared: IsShared = ({ kind, metadata }, path) => {
  const [last = ''] = path.slice(-1);
  const parent = path.slice(0, -1).join('.');
  if (parent === 'metadata.finalizers')
    return !WRITABLE_BY_ATTENDEE.includes(kind) || OF_GARBAGE_COLLECTOR.includes(JSON.parse(last.slice(2)) as string);
  if (kind === 'Deployment') return parent === TEMPLATE_ANNOTATIONS && RESTARTS.includes(last);
  // The path is `data` itself if others have written all of its keys: what is left of our own entry is the empty map.
  if (kind === 'ConfigMap') return path[0] === 'data' && WRITTEN_IN_CLASS.includes(metadata.name);
  // Some clusters add tokens and pull secrets to every account.
  return kind === 'ServiceAccount' && ['secrets', 'imagePullSecrets'].includes(path[0] ?? '');
};
