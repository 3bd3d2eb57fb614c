// What the pods of a seat say of why its lab isn't ready. They are not watched: they are asked when it takes long, and not each time.
import { RELEASE } from '../api/types.ts';
import { KINDS } from '../engine/kinds.ts';
import { namespaceOf } from './objects.ts';
import type { Pass } from './options.ts';
import { diagnose } from './readiness.ts';
import type { Why } from './readiness.ts';
import type { Pod } from './shapes.ts';

/** How long an answer is good for. */
const GOOD_MS = 10_000;

/** What keeps the pods of these Deployments from being ready, if a pod says so. */
export async function lookIntoPods({ options: { api }, seat, note, now }: Pass, deployments: readonly string[]): Promise<Why | undefined> {
  if (note.pods && now - note.pods.at < GOOD_MS) return note.pods.why;
  const pods = await api.list<Pod>(KINDS.Pod, { namespace: namespaceOf(seat), labelSelector: `app.kubernetes.io/instance=${RELEASE}` });
  const why = diagnose(pods, deployments);
  note.pods = { at: now, why };
  return why;
}
