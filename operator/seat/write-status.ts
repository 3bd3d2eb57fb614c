// The one way to write a Seat's status.
import { json } from '../../cdk8s/canonical-json.ts';
import type { Seat, SeatStatus } from '../api/types.ts';
import { isNotFound } from '../../kubernetes/api.ts';
import type { SeatContext } from './options.ts';

/** Writes nothing where nothing differs, nor where there is no Seat any more. @returns whether it was written */
export async function writeStatus(
  { options: { api, stores }, seat }: SeatContext,
  status: SeatStatus,
): Promise<boolean> {
  if (json(status) === json(seat.status ?? {})) return false;
  const {
    apiVersion,
    kind,
    metadata: { name },
  } = seat;
  try {
    const written: Pick<Seat, 'apiVersion' | 'kind'> & { metadata: { name: string }; status: SeatStatus } = {
      apiVersion,
      kind,
      metadata: { name },
      status,
    };
    stores.Seat.observe(await api.apply<Seat>(written, 'status'));
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
