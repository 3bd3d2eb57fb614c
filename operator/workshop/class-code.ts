// The class code, with which people join a class at the portal.
import { randomInt } from 'node:crypto';
import { PORTAL } from '../../lab/names.ts';
import type { Workshop } from '../api/types.ts';
import type { WorkshopOptions } from './options.ts';
import { nameOf, uidOf } from './seats.ts';

const { alphabet, length } = PORTAL.code;

const randomCode = (): string => Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** Returns a code that is not in `taken`. */
export function newCode(taken: ReadonlySet<string>, random: () => string = randomCode): string {
  for (;;) {
    const code = random();
    if (!taken.has(code)) return code;
  }
}

const codesOf = (workshops: readonly Workshop[]): Set<string> =>
  new Set(workshops.flatMap(({ status }) => status?.code ?? []));

/**
 * Gives the Workshop a code of its own, which it then keeps. Writes nothing without a portal. The write fails if the
 * Workshop has changed meanwhile, so a code that somebody has already read is never replaced.
 */
export async function ensureCode(
  { api, workshops, hasPortal }: Pick<WorkshopOptions, 'api' | 'workshops' | 'hasPortal'>,
  workshop: Workshop,
): Promise<Workshop> {
  const taken = codesOf(workshops.list().filter((other) => nameOf(other) !== nameOf(workshop)));
  const { code } = workshop.status ?? {};
  if (!hasPortal || (code !== undefined && !taken.has(code))) return workshop;
  const { apiVersion, kind, metadata, status } = workshop;
  const { name, resourceVersion } = metadata;
  const identity = { name, uid: uidOf(workshop), ...(resourceVersion !== undefined && { resourceVersion }) };
  const coded = { apiVersion, kind, metadata: identity, status: { ...status, code: newCode(taken) } };
  const written = await api.apply<Workshop>(coded, 'status');
  workshops.observe(written);
  return written;
}
