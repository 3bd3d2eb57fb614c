// Deletes all Workshops before the operator is uninstalled. Without an operator, nothing would delete the namespaces of
// their seats.
import { conditionOf } from '../../kubernetes/conditions.ts';
import type { Seat, Workshop } from '../api/types.ts';
import { isNotFound } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { KINDS } from '../api/kinds.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import type { Logger } from '../engine/log.ts';
import { setTimeout as delay } from 'node:timers/promises';

export interface UninstallOptions {
  readonly log: Pick<Logger, 'info'>;
  /** Milliseconds after which the uninstall fails, if Workshops or Seats are still left. */
  readonly timeout: number;
  /** Milliseconds between two checks of what is left. Default 2000. */
  readonly every?: number;
}

interface Remaining {
  readonly workshops: readonly Workshop[];
  readonly seats: readonly Seat[];
}

/** Lists the objects of a kind. Returns an empty list if the cluster does not know the kind. */
async function listAll<T extends KubeObject>(api: Api, kind: Kind): Promise<T[]> {
  try {
    return await api.list<T>(kind);
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

const listRemaining = async (api: Api): Promise<Remaining> => ({
  workshops: await listAll<Workshop>(api, KINDS.Workshop),
  seats: await listAll<Seat>(api, KINDS.Seat),
});

const MAX_NAMED = 5;

function blockText({ metadata: { name, deletionTimestamp }, status, kind }: Workshop | Seat): string {
  const {
    reason,
    message = deletionTimestamp === undefined ? 'its deletion has not started' : 'its status has no details',
  } = conditionOf(status?.conditions, 'Ready') ?? {};
  return `${kind} ${name}: ${reason === undefined ? '' : `${reason}: `}${message}`;
}

/**
 * Returns a text that names what blocks the uninstall. If Seats are left, it names only Seats, because Workshops wait
 * for their Seats.
 */
function blockedText({ workshops, seats }: Remaining, seconds: number): string {
  const blocking = seats.length > 0 ? seats : workshops;
  const more = blocking.length > MAX_NAMED ? `\n  and ${blocking.length - MAX_NAMED} more` : '';
  return (
    `Expected all Workshops and Seats to be gone after ${seconds} s, found ${workshops.length} Workshops and ` +
    `${seats.length} Seats. What blocks them:\n` +
    blocking
      .slice(0, MAX_NAMED)
      .map((one) => `  ${blockText(one)}`)
      .join('\n') +
    more +
    '\nFix that, check that the operator runs (kubectl get pods -A -l app.kubernetes.io/component=operator), and ' +
    'uninstall again.'
  );
}

/**
 * Deletes the Workshops. The operator then deletes their Seats. If no Workshop is left, deletes the remaining Seats.
 */
async function deleteAll(api: Api, { workshops, seats }: Remaining): Promise<void> {
  const standing = (workshops.length > 0 ? workshops : seats).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  await Promise.all(
    standing.map(({ kind, metadata: { name } }) =>
      api.delete(kind === 'Workshop' ? KINDS.Workshop : KINDS.Seat, { name }),
    ),
  );
}

/**
 * Deletes all Workshops and waits until all Workshops and Seats are gone.
 * @throws Error after `timeout` milliseconds, with a text that names what blocks the deletion
 */
export async function uninstall(api: Api, { log, timeout, every = 2000 }: UninstallOptions): Promise<void> {
  const end = Date.now() + timeout;
  let reported = -1;
  for (;;) {
    const remaining = await listRemaining(api);
    const {
      workshops: { length: workshops },
      seats: { length: seats },
    } = remaining;
    if (workshops + seats === 0) break;
    await deleteAll(api, remaining);
    if (workshops + seats !== reported) log.info({ workshops, seats }, 'Waiting until Workshops and Seats are deleted');
    reported = workshops + seats;
    if (Date.now() + every > end) throw new Error(blockedText(remaining, timeout / 1000));
    await delay(every);
  }
  log.info({}, 'All Workshops and Seats are deleted');
}
