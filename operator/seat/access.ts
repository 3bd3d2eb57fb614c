// Keeps a kubeconfig with a token that holds in the seat's namespace. The Secret is not watched, as the operator may read no others.
import { isForbidden } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { NAMES } from '../api/types.ts';
import type { SeatStatus } from '../api/types.ts';
import { isTrue } from '../../kubernetes/conditions.ts';
import { kubeconfigRenewed } from './events.ts';
import { accessOf, isCurrent, kubeconfigSecret, lifetimeSeconds } from './kubeconfig.ts';
import type { Terms } from './kubeconfig.ts';
import { namespaceOf } from './objects.ts';
import type { SeatContext } from './options.ts';
import { LookAgain, SeatProblem } from './problem.ts';
import type { Secret } from './types.ts';

type Access = NonNullable<SeatStatus['access']>;

function termsOf({ options: { surroundings }, seat }: SeatContext): Terms {
  const { server, certificateAuthority } = surroundings();
  const { access: { server: given, tokenLifetime } = {} } = seat.spec;
  return {
    server: given ?? server,
    seconds: lifetimeSeconds(tokenLifetime),
    ...(certificateAuthority !== undefined && { certificateAuthority }),
  };
}

/** From 0 to 1, the same for the same seat: so that seats don't all look at once. */
function share(uid: string): number {
  let hash = 0;
  for (const character of uid) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return hash / 9973;
}

/** Whether the seat has been as it is now for a while: then a process that has just started need not look at its Secret at once. */
const isSettled = ({ seat: { metadata, spec, status } }: SeatContext): boolean =>
  status?.observedGeneration === metadata.generation &&
  status?.revision === spec.revision &&
  isTrue(status?.conditions, 'Ready');

/** When the Secret is to be looked at next. Milliseconds since 1970. */
export function secretDue(pass: SeatContext): number {
  const {
    note,
    now,
    deadlines: { secret },
  } = pass;
  note.secretSeen ??= isSettled(pass) ? now - share(note.uid) * secret : now - secret;
  return note.secretSeen + secret;
}

async function holds(pass: SeatContext, account: string): Promise<boolean> {
  const secret = await pass.options.api.get<Secret>(KINDS.Secret, NAMES.kubeconfig, namespaceOf(pass.seat));
  pass.note.secretSeen = pass.now;
  return isCurrent(secret, termsOf(pass), account);
}

async function renew(pass: SeatContext, account: string): Promise<Access> {
  const {
    options: { api, events },
    seat,
    now,
    note,
  } = pass;
  const terms = termsOf(pass);
  const token = await api.token({ name: NAMES.attendee, namespace: namespaceOf(seat) }, terms.seconds);
  await api.apply(kubeconfigSecret(seat, terms, account, token));
  note.secretSeen = now;
  if (seat.status?.access !== undefined) events.event(seat, ...kubeconfigRenewed(seat));
  const made = accessOf(seat, token, now);
  note.access = { made, revision: seat.spec.revision };
  return made;
}

/** What was last made: told by the status, or known here while that is not written yet. */
function accessSoFar({ seat: { status }, note }: SeatContext): Access | undefined {
  const known = [status?.access, note.access?.made].filter((access) => access !== undefined);
  return known.sort((a, b) => Date.parse(b.renewAt) - Date.parse(a.renewAt))[0];
}

/** Whether the Secret has to be looked at: now and then, and when something has changed that it was made from. */
function isDoubtful(pass: SeatContext, account: string): boolean {
  const {
    seat: { spec, status },
    note,
    now,
  } = pass;
  const another = note.account !== undefined && note.account !== account;
  note.account = account;
  const isAnother = status?.revision !== spec.revision && note.access?.revision !== spec.revision;
  return another || isAnother || now >= secretDue(pass);
}

async function keptOrRenewed(pass: SeatContext, account: string): Promise<Access> {
  const doubtful = isDoubtful(pass, account);
  const access = accessSoFar(pass);
  const valid = access !== undefined && pass.now < Date.parse(access.renewAt);
  return valid && (!doubtful || (await holds(pass, account))) ? access : renew(pass, account);
}

/**
 * What the status says of the access, renewed where it was due.
 * @throws SeatProblem where it may not be renewed, and what a request failed with; none of it tells of a token
 */
export async function ensureAccess(pass: SeatContext): Promise<Access> {
  const { metadata } = pass.options.stores.ServiceAccount.get(`${namespaceOf(pass.seat)}/${NAMES.attendee}`) ?? {};
  if (metadata?.uid === undefined) throw new LookAgain(500);
  try {
    return await keptOrRenewed(pass, metadata.uid);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new SeatProblem(
      {
        reason: 'NoKubeconfig',
        message:
          "Expected the operator to be allowed to make the attendee's token and its Secret kubeconfig, found it is not. " +
          "See that the chart's cluster roles are as they were installed: helm upgrade restores them.",
      },
      { cause: error },
    );
  }
}
