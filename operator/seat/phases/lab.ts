// Applies the lab's objects except its pods: first Services and ConfigMaps, then the quota.
import { isAlreadyExists } from '../../../kubernetes/api.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import { keyOf } from '../../../kubernetes/object.ts';
import type { KubeObject } from '../../../kubernetes/object.ts';
import { differs } from '../../engine/apply.ts';
import type { ApplyMemo } from '../../engine/reconciler.ts';
import type { Surplus } from '../../engine/surplus.ts';
import type { LabContext, SeatContext } from '../context.ts';
import { attendeeFiles, withoutAttendeeFiles } from '../dice.ts';
import { deleteForGood } from '../deletion-obstacles.ts';
import { failureResult } from '../failure-result.ts';
import { DONE, inOrder, requeueAfter, worstOf } from '../phase-result.ts';
import type { PhaseResult } from '../phase-result.ts';
import type { Phase } from '../phase.ts';
import type { LabObject } from '../types.ts';
import type { ConfigMap } from '../../../kubernetes/types.ts';
import { applyAll } from '../write-objects.ts';

/** Milliseconds until a seat is reconciled again whose attendee has just saved a file. */
const FILES_MS = 1;

/**
 * Applies the ConfigMap of the dice separately, because an attendee may save a file in it at any moment. The write
 * fails if somebody changed or created the ConfigMap after the operator last saw it. It is left out if the operator has
 * seen a change since it computed `desired`, which may still have the file that the attendee has just replaced.
 */
async function applyDice(context: LabContext): Promise<PhaseResult> {
  const { dice: desired, filesVersion } = context.desired;
  if (!desired) return DONE;
  const { ConfigMap } = context.options.stores;
  const live = ConfigMap.get(keyOf(desired)) as ConfigMap | undefined;
  const surplus = live ? context.options.applier.surplus(desired, live, managedFieldsOf(context, desired)) : [];
  if (live && !differs(desired, live) && surplus.length === 0) return DONE;
  if (live?.metadata.resourceVersion !== filesVersion) return requeueAfter(FILES_MS, 'FilesNotCached');
  try {
    const written = await writeDice(context, desired, live, surplus);
    ConfigMap.observe(written);
    context.memo.filesWritten = written.metadata.resourceVersion;
    return DONE;
  } catch (error) {
    return failureResult({ object: desired, error }, context);
  }
}

const managedFieldsOf = ({ options: { stores } }: SeatContext, object: LabObject): ApplyMemo['managedFields'] =>
  stores.ConfigMap.applyMemo?.(keyOf(object))?.managedFields;

async function writeDice(
  context: SeatContext,
  desired: LabObject,
  live: ConfigMap | undefined,
  surplus: readonly Surplus[],
): Promise<KubeObject> {
  if (live?.immutable === true) return replaceDice(context, desired, live);
  if (live && surplus.length > 0) return context.options.applier.removeSurplus(desired, live, surplus);
  if (live) return applyToVersion(context, desired, live);
  try {
    return await context.options.api.create<KubeObject>(desired);
  } catch (error) {
    const unlabelled = isAlreadyExists(error) ? await readDice(context, desired) : undefined;
    if (!unlabelled) throw error;
    const [dice = desired] = withoutAttendeeFiles(attendeeFiles(unlabelled, desired), [desired]);
    return applyToVersion(context, dice, unlabelled);
  }
}

/** Creates the ConfigMap again with the attendee's files, because nobody can change an immutable one. */
async function replaceDice(
  { options: { api } }: SeatContext,
  desired: LabObject,
  live: ConfigMap,
): Promise<KubeObject> {
  const { annotations } = live.metadata;
  const metadata = { ...desired.metadata, annotations: { ...annotations, ...desired.metadata.annotations } };
  await deleteForGood(api, live);
  return api.create<KubeObject>({
    ...desired,
    metadata,
    data: { ...live.data, ...(desired['data'] as object) },
  } as KubeObject);
}

/** Reads a ConfigMap that no store contains, because it lacks the operator's labels. */
const readDice = ({ options: { api } }: SeatContext, { metadata }: LabObject): Promise<ConfigMap | undefined> =>
  api.get<ConfigMap>(KINDS.ConfigMap, metadata.name, metadata.namespace);

function applyToVersion(
  { options: { api } }: SeatContext,
  object: LabObject,
  { metadata: { resourceVersion = '' } }: ConfigMap,
): Promise<KubeObject> {
  return api.apply({ ...object, metadata: { ...object.metadata, resourceVersion } });
}

async function applyServices(context: LabContext): Promise<PhaseResult> {
  return worstOf(await Promise.all([applyAll(context, context.desired.services), applyDice(context)]));
}

/**
 * Applies the quota after all other objects, because under a quota each new object costs the API server a second write.
 * This is safe, because the lab has no pods yet.
 */
export const lab: Phase<LabContext> = {
  condition: 'Provisioned',
  reconcile: (context) =>
    inOrder(
      () => applyServices(context),
      () => applyAll(context, [context.desired.quota]),
    ),
};
