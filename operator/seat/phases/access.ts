// Gives the attendee access: a Secret with a kubeconfig whose token is valid in the seat's namespace only.
import { NAMES } from '../../api/types.ts';
import type { SeatStatus } from '../../api/types.ts';
import { isForbidden } from '../../../kubernetes/api.ts';
import { isTrue } from '../../../kubernetes/conditions.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import { record } from '../../events.ts';
import { isStopped } from '../context.ts';
import type { SeatContext } from '../context.ts';
import { kubeconfigRenewed } from '../events.ts';
import { guideLink } from '../guide-url.ts';
import { accessOf, isCurrent, kubeconfigSecret, lifetimeSeconds } from '../kubeconfig.ts';
import type { Terms } from '../kubeconfig.ts';
import { namespaceOf } from '../objects.ts';
import { DONE, problem, requeueAfter } from '../phase-result.ts';
import type { PhaseResult } from '../phase-result.ts';
import type { Phase } from '../phase.ts';
import type { Secret } from '../../../kubernetes/types.ts';

type Access = NonNullable<SeatStatus['access']>;

/** Milliseconds to wait until the watch reports the attendee's new ServiceAccount. */
const CACHE_MS = 500;

/** Returns the API server's URL for the attendee: the Workshop's, or else the one that the operator has found. */
export const serverOf = ({ options: { clusterInfo }, seat }: SeatContext): string =>
  seat.spec.access?.server ?? clusterInfo().server;

function termsOf(context: SeatContext): Terms {
  const { certificateAuthority } = context.options.clusterInfo();
  return {
    server: serverOf(context),
    seconds: lifetimeSeconds(context.seat.spec.access?.tokenLifetime),
    ...(certificateAuthority !== undefined && { certificateAuthority }),
  };
}

/**
 * Returns a number from 0 to 1 that depends only on the uid. With this number, the operator spreads the reads of many
 * kubeconfig Secrets over time.
 */
function spread(uid: string): number {
  let hash = 0;
  for (const character of uid) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return hash / 9973;
}

/**
 * Whether the seat already follows its spec. If so, an operator process that has just started need not read the
 * kubeconfig's Secret at once.
 */
const isSettled = ({ seat: { metadata, spec, status } }: SeatContext): boolean =>
  status?.observedGeneration === metadata.generation &&
  status?.revision === spec.revision &&
  isTrue(status?.conditions, 'Ready');

/** Returns when the operator must read the kubeconfig's Secret again, in milliseconds since 1970. */
export function secretDue(context: SeatContext): number {
  const { memo, now, deadlines } = context;
  const { secret } = deadlines;
  memo.secretCheckedAt ??= isSettled(context) ? now - spread(memo.uid) * secret : now - secret;
  return memo.secretCheckedAt + secret;
}

async function isSecretCurrent(context: SeatContext, accountUid: string): Promise<boolean> {
  const { options, seat, memo, now } = context;
  const secret = await options.api.get<Secret>(KINDS.Secret, NAMES.kubeconfig, namespaceOf(seat));
  memo.secretCheckedAt = now;
  forgetLink(context, secret);
  return isCurrent(secret, termsOf(context), accountUid);
}

/** Makes the operator read the token and write the link again, if the Secret has another link than it should. */
function forgetLink({ memo }: SeatContext, secret: Secret | undefined): void {
  const link = Buffer.from(secret?.data?.['link'] ?? '', 'base64').toString();
  if (memo.link === undefined || memo.link === link) return;
  delete memo.link;
  delete memo.guideSecrets;
}

/** Writes the link that logs in to the guide into the kubeconfig's Secret, if people reach the guide at a URL. */
async function writeLink(context: SeatContext): Promise<void> {
  const { options, seat, memo } = context;
  const link = await guideLink(context);
  if (link === undefined || link === memo.link) return;
  const data = { link: Buffer.from(link).toString('base64') };
  await options.api.mergePatch(KINDS.Secret, { name: NAMES.kubeconfig, namespace: namespaceOf(seat) }, { data });
  memo.link = link;
}

/**
 * Returns the kubeconfig that a new one replaces because its time has come. Its token stays valid until it expires.
 * Returns undefined if the settings or the account have changed, because an earlier file may not work then.
 */
function replacedOnTime({ now }: SeatContext, access: Access | undefined): Access | undefined {
  const isOnTime = access !== undefined && now >= Date.parse(access.renewAt) && now < Date.parse(access.expiresAt);
  return isOnTime ? access : undefined;
}

async function renewAccess(context: SeatContext, accountUid: string): Promise<Access> {
  const { options, seat, now, memo } = context;
  const terms = termsOf(context);
  const account = { name: NAMES.attendee, namespace: namespaceOf(seat) };
  const token = await options.api.token(account, terms.seconds);
  await options.api.apply(kubeconfigSecret(seat, terms, accountUid, token));
  memo.secretCheckedAt = now;
  delete memo.link;
  const before = latestAccess(context);
  const access = accessOf(seat, token, { now, replaced: replacedOnTime(context, before) });
  if (before !== undefined) record(options.events, seat, kubeconfigRenewed(seat, access));
  memo.access = { value: access, revision: seat.spec.revision };
  return access;
}

/**
 * Returns the field `access` for the latest kubeconfig. It comes from the Seat's status, or from memory if the status
 * is not written yet.
 */
function latestAccess({ seat: { status }, memo }: SeatContext): Access | undefined {
  const known = [status?.access, memo.access?.value].filter((access) => access !== undefined);
  return known.sort((a, b) => Date.parse(b.renewAt) - Date.parse(a.renewAt))[0];
}

/**
 * Whether the operator must read the kubeconfig's Secret now: when the check interval is over, or when the
 * ServiceAccount or the revision has changed.
 */
function isCheckDue(context: SeatContext, accountUid: string): boolean {
  const { seat, memo, now } = context;
  const isNewAccount = memo.accountUid !== undefined && memo.accountUid !== accountUid;
  memo.accountUid = accountUid;
  const { revision } = seat.spec;
  const isNewRevision = seat.status?.revision !== revision && memo.access?.revision !== revision;
  return isNewAccount || isNewRevision || now >= secretDue(context);
}

async function currentAccess(context: SeatContext, accountUid: string): Promise<Access> {
  const isDue = isCheckDue(context, accountUid);
  const access = latestAccess(context);
  const isValid = access !== undefined && context.now < Date.parse(access.renewAt);
  const isKept = isValid && (!isDue || (await isSecretCurrent(context, accountUid)));
  return isKept ? access : renewAccess(context, accountUid);
}

const NO_KUBECONFIG = problem(
  'NoKubeconfig',
  "The API server does not let the operator create the attendee's token or the Secret kubeconfig. " +
    "The chart's cluster roles were probably changed. Restore them with helm upgrade.",
);

async function reconcileAccess(context: SeatContext): Promise<PhaseResult> {
  const { stores } = context.options;
  const account = stores.ServiceAccount.get(`${namespaceOf(context.seat)}/${NAMES.attendee}`);
  if (account?.metadata.uid === undefined) return requeueAfter(CACHE_MS, 'ServiceAccountNotCached');
  try {
    const access = await currentAccess(context, account.metadata.uid);
    await writeLink(context);
    return { type: 'done', findings: { access } };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return NO_KUBECONFIG;
  }
}

/**
 * Whether to check the kubeconfig in this reconcile. If an earlier phase had a permanent problem, an older version of
 * the lab may still run. Then the kubeconfig is checked only when its token must be renewed. After a problem that may
 * pass by itself, it is not checked.
 */
function isAccessDue({ seat: { status }, problem: earlier, now }: SeatContext): boolean {
  if (!earlier) return true;
  const stillRuns = earlier.permanent && earlier.reason !== 'NamespaceTaken';
  return stillRuns && status?.access !== undefined && now >= Date.parse(status.access.renewAt);
}

/** Forgets the kubeconfig of a stopped seat, because its token is void. After the start, the seat gets a new one. */
function forgetAccess({ memo }: SeatContext): PhaseResult {
  delete memo.access;
  return { type: 'done', findings: { access: undefined } };
}

function accessResult(context: SeatContext): PhaseResult | Promise<PhaseResult> {
  if (isStopped(context.seat)) return forgetAccess(context);
  return isAccessDue(context) ? reconcileAccess(context) : DONE;
}

export const access: Phase = {
  condition: 'Access',
  runsAfterProblem: true,
  reconcile: async (context) => accessResult(context),
};
