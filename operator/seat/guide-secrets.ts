// Reads the guide's key and login token. The guide's init container makes both and stores them in a Secret.
import { isForbidden } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { Secret } from '../../kubernetes/types.ts';
import { NAMES } from '../api/types.ts';
import type { GuideSecrets, SeatContext } from './context.ts';
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
