// Brings the seat's namespace and everything in it to what the Seat's spec says, in an order in which nobody ever meets it less guarded
// than it will be: rights, fences, the lab but for its pods, quota, and only then a way in for the attendee, and pods.
import { LABELS, MANAGED_BY } from '../api/types.ts';
import { isAlreadyExists, isInvalid } from '../../kubernetes/api.ts';
import { differs } from '../engine/apply.ts';
import type { Failure } from '../engine/apply.ts';
import { KINDS, kindOf } from '../../kubernetes/kinds.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Inventory } from '../engine/store.ts';
import { isDice, leavingAlone, NOTHING_OWN, ownFiles, runningOwn } from './dice.ts';
import { faultsSwitched, ownStarted, removed, repaired } from './events.ts';
import type { EventSpec } from './events.ts';
import { isFaults, withFaults } from './faults.ts';
import type { Lab } from './lab.ts';
import { ensureNamespace, ensureRights, restoreNamespace } from './namespace.ts';
import {
  fences,
  labelsOf,
  limitsObject,
  namespaceObject,
  namespaceOf,
  operatorBinding,
  people,
  quotaObject,
} from './objects.ts';
import { INSIDE, isStopped } from './options.ts';
import type { SeatContext, SeatStores } from './options.ts';
import { LookAgain, SeatProblem, meaningOf, worstOf } from './problem.ts';
import { tooSmall } from './quota.ts';
import { isDeployment } from './types.ts';
import type { ConfigMap, LabObject } from './types.ts';
import { wasProvisioned } from './status.ts';

/** What the namespace is to hold. */
export interface SeatLab {
  /** All but the dice's ConfigMap, which is treated with care. */
  readonly objects: readonly LabObject[];
  readonly dice: LabObject | undefined;
  /** Deployments that run what is the attendee's own. */
  readonly runningOwn: readonly string[];
}

const scaledToNothing = (object: LabObject): LabObject =>
  isDeployment(object) ? { ...object, spec: { ...object.spec, replicas: 0 } } : object;

/** The lab of this seat, given what the attendee has made of it. */
export function seatLab({ options: { stores }, seat }: SeatContext, lab: Lab): SeatLab {
  const labels = labelsOf(seat);
  const given = withFaults(stores.Workshop.get(seat.spec.workshop), lab.objects(namespaceOf(seat))).map(
    (object): LabObject => ({
      ...object,
      metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } },
    }),
  );
  const dice = given.find(isDice);
  const own = dice ? ownFiles(stores.ConfigMap.get(keyOf(dice)), dice) : NOTHING_OWN;
  const objects = leavingAlone(own, given).map(isStopped(seat) ? scaledToNothing : (object) => object);
  return {
    objects: objects.filter((object) => !isDice(object)),
    dice: objects.find(isDice),
    runningOwn: runningOwn(own),
  };
}

/** Kinds of the lab's objects that its pods need before they can be made. */
const ACCOUNTS = ['ServiceAccount', 'RoleBinding'];

/** All that is applied by kind; the namespace, the operator's rights and the dice's ConfigMap have ways of their own. */
function partsOf({ seat, options: { surroundings } }: SeatContext, lab: Lab, { objects }: SeatLab) {
  const rest = objects.filter(({ kind }) => ![...ACCOUNTS, 'Secret'].includes(kind));
  return {
    quota: quotaObject(seat, lab),
    limits: limitsObject(seat, lab),
    guards: [
      ...fences(seat, lab, surroundings()),
      ...people(seat),
      ...objects.filter(({ kind }) => ACCOUNTS.includes(kind)),
    ],
    held: rest.filter((object) => !isDeployment(object)),
    deployments: rest.filter(isDeployment),
  };
}

/**
 * Makes all but what runs pods.
 * @throws SeatProblem for what the seat's conditions should say, LookAgain for what will have passed in a moment, and what a request failed with
 */
export async function ensureFoundation(pass: SeatContext, lab: Lab, own: SeatLab): Promise<void> {
  const small = tooSmall(lab.need, pass.seat.spec.quota);
  if (small !== undefined) throw new SeatProblem({ reason: 'QuotaTooSmall', message: small }, { permanent: true });
  await makeOwn(pass);
  const { quota, limits, guards, held } = partsOf(pass, lab, own);
  await makeSecrets(pass, own);
  const isCounted = pass.options.stores.ResourceQuota.get(keyOf(quota)) !== undefined;
  // By itself: where rights are not known yet to the API server, that costs one request and not thirty.
  await applyAll(pass, [isCounted ? quota : limits]);
  await applyAll(pass, [limits, ...guards]);
  await Promise.all([applyAll(pass, held), own.dice && applyDice(pass, own.dice)]);
  // Each object that comes after a quota costs the API server a second write, to count it; nobody else can make any yet.
  await applyAll(pass, [quota]);
}

/** Makes what runs pods, and removes what is no longer wanted. @throws as `lay` */
export async function ensureWorkloads(pass: SeatContext, lab: Lab, own: SeatLab): Promise<void> {
  const { quota, limits, guards, held, deployments } = partsOf(pass, lab, own);
  yieldToOtherSeats(pass, deployments);
  await applyAll(pass, deployments, own.runningOwn);
  await prune(pass, [
    operatorBinding(pass.seat, pass.options.operator),
    quota,
    limits,
    ...guards,
    ...held,
    ...deployments,
    ...(own.dice ? [own.dice] : []),
  ]);
}

/**
 * Before the first pod of a new seat, lets other seats have their turn: where many are made at once, everything else stands before the pods
 * take the API server for themselves, which it then does several times as fast; the pods are ready no later.
 */
function yieldToOtherSeats({ note, options: { stores } }: SeatContext, deployments: readonly LabObject[]): void {
  const isNew = !deployments.some((one) => stores.Deployment.get(keyOf(one)));
  if (note.hasGivenWay === true || !isNew) return;
  note.hasGivenWay = true;
  throw new LookAgain(1);
}

/** The namespace, and rights in it. */
async function makeOwn(pass: SeatContext): Promise<void> {
  try {
    const namespace = await ensureNamespace(pass);
    await ensureRights(pass);
    await restoreNamespace(pass, namespace);
  } catch (error) {
    throw meaningOf({ object: namespaceObject(pass.seat), error }, pass.note, pass.now);
  }
}

/**
 * Makes the lab's Secrets, before the accounts that may fill them: what is in them is none of the operator's, which doesn't watch Secrets, and may
 * not read these.
 */
async function makeSecrets({ options: { api, stores }, note, now }: SeatContext, { objects }: SeatLab): Promise<void> {
  const isNew = objects.some(
    (object) => object.kind === 'ServiceAccount' && stores.ServiceAccount.get(keyOf(object)) === undefined,
  );
  for (const object of isNew ? objects.filter(({ kind }) => kind === 'Secret') : []) {
    await api.create<KubeObject>(object).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw meaningOf({ object, error }, note, now);
    });
  }
}

const storeOf = (stores: SeatStores, kind: string): SeatStores[(typeof INSIDE)[number]] | undefined => {
  const known = INSIDE.find((one) => one === kind);
  return known && stores[known];
};

/** An object that was as it should be isn't any more: somebody has changed it; or the attendee what it runs of theirs, as is their right. */
function changeOf(object: KubeObject, runsOwn: readonly string[]): EventSpec {
  const {
    kind,
    metadata: { name },
  } = object;
  if (isFaults(object)) return faultsSwitched;
  return kind === 'Deployment' && runsOwn.includes(name) ? ownStarted(name) : repaired(kind, name);
}

async function applyAll(
  pass: SeatContext,
  desired: readonly LabObject[],
  runsOwn: readonly string[] = [],
): Promise<void> {
  const {
    options: { applier, stores, events },
    seat,
    signal,
  } = pass;
  signal.throwIfAborted();
  const { written, failed } = await applier.applyAll(desired, (kind) => storeOf(stores, kind));
  if (wasProvisioned(seat)) for (const object of written) events.event(seat, ...changeOf(object, runsOwn));
  if (failed.length > 0) throw worstOf(await Promise.all(failed.map((failure) => replacedOr(pass, failure))));
}

/**
 * What the API server says of kinds in which nothing is the attendee's when applying can't mend them: a field can't be changed; or, of a
 * Service's port whose number somebody has changed and now owns, ours has its name and can't stand beside it.
 */
const UNMENDABLE: Readonly<Record<string, RegExp>> = {
  RoleBinding: /cannot change/,
  Deployment: /immutable/,
  Service: /Duplicate value/,
};

/** Deletes an object that applying can't mend, so that it is made anew; else says what the failure means. */
async function replacedOr({ options: { api, stores }, note, now }: SeatContext, failure: Failure): Promise<unknown> {
  const { object, error } = failure;
  const live = storeOf(stores, object.kind)?.get(keyOf(object));
  const uid = live?.metadata.uid;
  if (uid === undefined || !isInvalid(error) || UNMENDABLE[object.kind]?.test(error.message) !== true)
    return meaningOf(failure, note, now);
  return api.delete(kindOf(object), object.metadata, { uid }).then(
    () => new LookAgain(100),
    (cause: unknown) => cause,
  );
}

/**
 * Applied by itself, as what is in it may be the attendee's at any moment: only to that very version of it that was looked at, and where none
 * was seen only if there is none.
 */
async function applyDice(pass: SeatContext, desired: LabObject): Promise<void> {
  const {
    options: { stores },
    note,
    now,
  } = pass;
  const live = stores.ConfigMap.get(keyOf(desired)) as ConfigMap | undefined;
  if (live && !differs(desired, live)) return;
  try {
    stores.ConfigMap.observe(await writeDice(pass, desired, live));
  } catch (error) {
    throw meaningOf({ object: desired, error }, note, now);
  }
}

async function writeDice(
  { options: { api } }: SeatContext,
  desired: LabObject,
  live: ConfigMap | undefined,
): Promise<KubeObject> {
  const toThat = (object: KubeObject, { metadata: { resourceVersion = '' } }: ConfigMap): Promise<KubeObject> =>
    api.apply({ ...object, metadata: { ...object.metadata, resourceVersion } });
  if (live) return toThat(desired, live);
  try {
    return await api.create<KubeObject>(desired);
  } catch (error) {
    // One without our labels, which no store has.
    const there = isAlreadyExists(error)
      ? await api.get<ConfigMap>(KINDS.ConfigMap, desired.metadata.name, desired.metadata.namespace)
      : undefined;
    if (!there) throw error;
    return toThat(leavingAlone(ownFiles(there, desired), [desired])[0] ?? desired, there);
  }
}

/** As much of a store as is in the namespace: labels may have been edited to say that they are another seat's. */
const within = (store: Inventory, namespace: string): Inventory => ({
  kind: store.kind,
  fresh: store.fresh,
  get: (key) => store.get(key),
  list: () => store.list(),
  byLabel: (name, value) => store.byLabel(name, value).filter(({ metadata }) => metadata.namespace === namespace),
  keysByLabel: (name, value) => store.keysByLabel(name, value).filter((key) => key.startsWith(`${namespace}/`)),
  applied: (key) => store.applied(key),
  observe: (object) => store.observe(object),
  forget: (key, uid) => store.forget(key, uid),
});

/** Only what carries the seat's labels and was applied by us: copies that the attendee has made of something are theirs. */
async function prune(
  { options: { applier, stores, events }, seat, note, now }: SeatContext,
  desired: readonly KubeObject[],
): Promise<void> {
  const labels = { [LABELS.seat]: seat.metadata.name, [LABELS.managedBy]: MANAGED_BY };
  const { written, failed } = await applier.prune(
    INSIDE.map((kind) => within(stores[kind], namespaceOf(seat))),
    labels,
    desired,
  );
  for (const { kind, metadata } of written) events.event(seat, ...removed(kind, metadata.name));
  if (failed.length > 0) throw worstOf(failed.map((failure) => meaningOf(failure, note, now)));
}
