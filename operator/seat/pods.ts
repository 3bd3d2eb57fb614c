// What the pods of a seat say of why its lab isn't ready. They are not watched: they are asked when it takes long, and not each time.
import { RELEASE } from '../api/types.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { namespaceOf } from './objects.ts';
import type { SeatMemo, SeatContext } from './options.ts';
import { diagnose } from './readiness.ts';
import type { Pod } from './types.ts';

/** What is waited for, and what keeps it, if a pod says so. */
export type Waiting = Omit<NonNullable<SeatMemo['waiting']>, 'at'>;

/** How long an answer is good for: each new one is a write of the seat's status, for hundreds of seats at a time. */
const GOOD_MS = 20_000;

/** What these Deployments, which are not ready, are waiting for. */
export async function lookIntoPods(
  { options: { api }, seat, note, now }: SeatContext,
  deployments: readonly string[],
): Promise<Waiting> {
  if (note.waiting && now - note.waiting.at < GOOD_MS) return note.waiting;
  const pods = await api.list<Pod>(KINDS.Pod, {
    namespace: namespaceOf(seat),
    labelSelector: `app.kubernetes.io/instance=${RELEASE}`,
  });
  note.waiting = { at: now, for: deployments, why: diagnose(pods, deployments) };
  return note.waiting;
}
