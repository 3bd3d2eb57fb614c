// Executes a rollout plan: creates, changes and deletes Seats.
import { isForbidden, isInvalid } from '../../kubernetes/api.ts';
import type { Seat, Workshop } from '../api/types.ts';
import { record } from '../events.ts';
import type { Attempts } from './attempts.ts';
import { seatsRemoved } from './events.ts';
import type { WorkshopOptions } from './options.ts';
import type { RolloutPlan } from './rollout.ts';
import type { SeatWriter } from './seat-writer.ts';
import { nameOf } from './seats.ts';

interface ExecutionOptions extends Pick<WorkshopOptions, 'log' | 'events'> {
  readonly writer: SeatWriter;
  readonly attempts: Attempts;
}

/**
 * Executes a rollout plan.
 * @returns the API server's message if it refused a write and a retry would not help. Undefined if there is no such
 * message
 */
export async function executePlan(
  { log, events, writer, attempts }: ExecutionOptions,
  workshop: Workshop,
  { create, update, remove }: RolloutPlan,
): Promise<string | undefined> {
  const earlier = attempts.errors.length;
  const write = (text: string, seat: Seat, request: () => Promise<void>): Promise<void> =>
    attempts.attempt(async () => {
      await request();
      log.info({ workshop: workshop.metadata.name, seat: nameOf(seat), revision: seat.spec.revision }, text);
    });
  if (remove.length > 0) record(events, workshop, seatsRemoved(remove.map(nameOf)));
  await Promise.all([
    ...remove.map((seat) => write('Seat is being deleted', seat, () => writer.remove(seat))),
    ...create.map((seat) => write('Seat created', seat, () => writer.create(seat))),
    ...update.map(({ live, wanted }) => write('Seat changed', wanted, () => writer.update(live, wanted))),
  ]);
  return attempts.errors.slice(earlier).find((error) => isInvalid(error) || isForbidden(error))?.message;
}
