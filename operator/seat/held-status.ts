// Reports that a seat waits until the nodes have room for it. The seat has no namespace until then.
import { conditionOf, setConditions } from '../../kubernetes/conditions.ts';
import type { SeatStatus } from '../api/types.ts';
import type { SeatContext } from './context.ts';
import { TYPES } from './status.ts';

/** Returns the Workshop's explanation of what the nodes lack. */
function shortageText({ options: { stores }, seat: { spec } }: SeatContext): string {
  const { conditions } = stores.Workshop.get(spec.workshop)?.status ?? {};
  const capacity = conditionOf(conditions, 'CapacityAvailable');
  return capacity?.status === 'False' ? capacity.message : `Look closer: kubectl describe workshop ${spec.workshop}`;
}

/** Returns the status of a Seat that waits for room. */
export function heldStatus(context: SeatContext): SeatStatus {
  const { seat, now } = context;
  const { generation } = seat.metadata;
  const message = `The seat waits until it fits on the nodes. ${shortageText(context)}`;
  const ready = { type: TYPES.ready, status: 'False', reason: 'InsufficientCapacity', message } as const;
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    conditions: setConditions(seat.status?.conditions, [ready], { generation, now }),
    phase: 'Pending',
    replicas: 0,
  };
}
