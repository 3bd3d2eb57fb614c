// Applies the lab's objects except its pods: first Services and ConfigMaps, then the quota.
import { isAlreadyExists } from '../../../kubernetes/api.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import { keyOf } from '../../../kubernetes/object.ts';
import type { KubeObject } from '../../../kubernetes/object.ts';
import { differs } from '../../engine/apply.ts';
import type { LabContext, SeatContext } from '../context.ts';
import { attendeeFiles, withoutAttendeeFiles } from '../dice.ts';
import { failureResult } from '../failure-result.ts';
import { DONE, inOrder, worstOf } from '../phase-result.ts';
import type { PhaseResult } from '../phase-result.ts';
import type { Phase } from '../phase.ts';
import type { LabObject } from '../types.ts';
import type { ConfigMap } from '../../../kubernetes/types.ts';
import { applyAll } from '../write-objects.ts';

/**
 * Applies the ConfigMap of the dice separately, because an attendee may save a file in it at any moment. The write
 * fails if somebody changed or created the ConfigMap after the operator last saw it.
 */
async function applyDice(context: SeatContext, desired: LabObject | undefined): Promise<PhaseResult> {
  if (!desired) return DONE;
  const { ConfigMap } = context.options.stores;
  const live = ConfigMap.get(keyOf(desired)) as ConfigMap | undefined;
  if (live && !differs(desired, live)) return DONE;
  try {
    ConfigMap.observe(await writeDice(context, desired, live));
    return DONE;
  } catch (error) {
    return failureResult({ object: desired, error }, context);
  }
}

async function writeDice(context: SeatContext, desired: LabObject, live: ConfigMap | undefined): Promise<KubeObject> {
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
  const { services, dice } = context.desired;
  return worstOf(await Promise.all([applyAll(context, services), applyDice(context, dice)]));
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
