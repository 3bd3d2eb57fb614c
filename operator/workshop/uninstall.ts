// Before the operator goes, all classes go: else nobody would be left to remove their namespaces.
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
  /** Milliseconds until it gives up. */
  readonly timeout: number;
  /** Milliseconds between looks. Default 2000. */
  readonly every?: number;
}

interface Left {
  readonly workshops: readonly Workshop[];
  readonly seats: readonly Seat[];
}

/** Objects of a kind; none where the kind isn't defined. */
async function listed<T extends KubeObject>(api: Api, kind: Kind): Promise<T[]> {
  try {
    return await api.list<T>(kind);
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

const look = async (api: Api): Promise<Left> => ({
  workshops: await listed<Workshop>(api, KINDS.Workshop),
  seats: await listed<Seat>(api, KINDS.Seat),
});

const MOST_NAMED = 5;

function blockText({ metadata: { name, deletionTimestamp }, status, kind }: Workshop | Seat): string {
  const { reason, message = deletionTimestamp === undefined ? 'its deletion has not begun' : 'it says no more' } =
    conditionOf(status?.conditions, 'Ready') ?? {};
  return `${kind} ${name}: ${reason === undefined ? '' : `${reason}: `}${message}`;
}

/** Names what keeps it: Seats where there are any, as a Workshop only waits for its Seats. */
function blockedText({ workshops, seats }: Left, seconds: number): string {
  const blocking = seats.length > 0 ? seats : workshops;
  const more = blocking.length > MOST_NAMED ? `\n  and ${blocking.length - MOST_NAMED} more` : '';
  return (
    `Expected all Workshops and Seats to be gone after ${seconds} s, found ${workshops.length} and ${seats.length}. What keeps them:\n` +
    blocking
      .slice(0, MOST_NAMED)
      .map((one) => `  ${blockText(one)}`)
      .join('\n') +
    more +
    '\nMend that, or see that the operator runs (kubectl get pods -A -l app.kubernetes.io/component=operator), and uninstall again.'
  );
}

/** Workshops take their Seats with them; what Seats there are after that are nobody's. */
async function deleteAll(api: Api, { workshops, seats }: Left): Promise<void> {
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
 * Deletes all Workshops and waits until they and all Seats are gone.
 * @throws Error that names what blocks, where that takes longer than `timeout`
 */
export async function uninstall(api: Api, { log, timeout, every = 2000 }: UninstallOptions): Promise<void> {
  const end = Date.now() + timeout;
  let told = -1;
  for (;;) {
    const left = await look(api);
    const {
      workshops: { length: workshops },
      seats: { length: seats },
    } = left;
    if (workshops + seats === 0) break;
    await deleteAll(api, left);
    if (workshops + seats !== told) log.info({ workshops, seats }, 'Waiting for Workshops and Seats to go');
    told = workshops + seats;
    if (Date.now() + every > end) throw new Error(blockedText(left, timeout / 1000));
    await delay(every);
  }
  log.info({}, 'All Workshops and Seats are gone');
}
