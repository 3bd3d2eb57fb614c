// Reads the guide's key and login token. The guide's init container makes both and stores them in a Secret.
import { isForbidden } from '../../kubernetes/api.ts';
import { conditionOf } from '../../kubernetes/conditions.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { Secret } from '../../kubernetes/types.ts';
import { NAMES } from '../api/types.ts';
import type { GuideSecrets, SeatContext } from './context.ts';
import { GUIDE_CONNECTED } from './guide-conditions.ts';
import { namespaceOf } from './objects.ts';

const textIn = (data: Secret['data'], name: string): string | undefined =>
  Buffer.from(data?.[name] ?? '', 'base64').toString() || undefined;

async function readSecret({ options: { api }, seat }: SeatContext): Promise<Secret | undefined> {
  try {
    return await api.get<Secret>(KINDS.Secret, NAMES.guideKey, namespaceOf(seat));
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** Reads the Secret, and keeps the values in the seat's memo. Without the Secret, both values are undefined. */
export async function readGuideSecrets(context: SeatContext): Promise<GuideSecrets> {
  const data = (await readSecret(context))?.data;
  return (context.memo.guideSecrets = { key: textIn(data, 'key'), token: textIn(data, 'token') });
}

/**
 * Whether the guide has stored no token, although its lab is ready. Reads the Secret only when the lab becomes ready
 * for the first time, and again while the Seat has the condition.
 */
export async function hasNoKey(context: SeatContext, isReady: boolean): Promise<boolean> {
  const { memo, seat } = context;
  const isReported = conditionOf(seat.status?.conditions, GUIDE_CONNECTED) !== undefined;
  if (!isReady) return isReported;
  if (seat.status?.readyAt !== undefined && !isReported) return false;
  return (memo.guideSecrets?.token ?? (await readGuideSecrets(context)).token) === undefined;
}
