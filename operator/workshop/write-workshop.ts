// Writes a Workshop's finalizer and status.
import { KINDS } from '../api/kinds.ts';
import { isNotFound } from '../../kubernetes/api.ts';
import { FINALIZER } from '../api/types.ts';
import type { Workshop, WorkshopStatus } from '../api/types.ts';
import { record } from '../events.ts';
import { changeEvents } from './events.ts';
import type { WorkshopOptions } from './options.ts';
import { uidOf } from './seats.ts';
import { isSameStatus } from './status.ts';

type Options = Pick<WorkshopOptions, 'api' | 'workshops' | 'events'>;

async function writeFinalizers(
  { api, workshops }: Options,
  { metadata: { name, resourceVersion } }: Workshop,
  finalizers: readonly string[],
): Promise<Workshop> {
  const patch = { metadata: { resourceVersion, finalizers } };
  const written = await api.mergePatch<Workshop>(KINDS.Workshop, { name }, patch);
  workshops.observe(written);
  return written;
}

/** Adds the operator's finalizer, which keeps a deleted Workshop until its Seats are gone. */
export async function ensureFinalizer(options: Options, workshop: Workshop): Promise<Workshop> {
  const { finalizers = [] } = workshop.metadata;
  if (finalizers.includes(FINALIZER)) return workshop;
  return writeFinalizers(options, workshop, [...finalizers, FINALIZER]);
}

/** Removes the operator's finalizer, so that Kubernetes deletes the Workshop. */
export async function removeFinalizer(options: Options, workshop: Workshop): Promise<void> {
  const others = (workshop.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  await writeFinalizers(options, workshop, others);
}

/**
 * Writes the Workshop's status, if it changed and the Workshop still exists. Records an Event for each change that
 * matters to people.
 */
export async function writeStatus(options: Options, workshop: Workshop, status: WorkshopStatus): Promise<void> {
  if (isSameStatus(workshop.status, status)) return;
  const { api, workshops, events } = options;
  const { apiVersion, kind, metadata } = workshop;
  const object = { apiVersion, kind, metadata: { name: metadata.name, uid: uidOf(workshop) }, status };
  try {
    workshops.observe(await api.apply<Workshop>(object, 'status'));
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  for (const event of changeEvents(workshop.status, status)) record(events, workshop, event);
}
