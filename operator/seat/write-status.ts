// Writes a Seat's status.
import { json } from '../../cdk8s/canonical-json.ts';
import type { Seat, SeatStatus } from '../api/types.ts';
import { isNotFound } from '../../kubernetes/api.ts';
import type { SeatContext } from './context.ts';

/**
 * Writes the Seat's status if it changed and the Seat still exists.
 * @returns whether it was written
 */
export async function writeStatus(
  { options: { api, stores }, seat }: SeatContext,
  status: SeatStatus,
): Promise<boolean> {
  if (json(status) === json(seat.status ?? {})) return false;
  const { apiVersion, kind, metadata } = seat;
  const { name } = metadata;
  try {
    stores.Seat.observe(
      await api.apply<Seat>(
        { apiVersion, kind, metadata: { name }, status } as Partial<Seat> &
          Pick<Seat, 'apiVersion' | 'kind' | 'metadata'>,
        'status',
      ),
    );
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
