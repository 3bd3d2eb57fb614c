// Who asks for an action, and which actions change what.
import type { ActionOf } from './contract.ts';

/** Who asks for an action, and for which class. */
export interface Asked {
  readonly workshop: string;
  readonly by: string;
  /** Where people reach the portal, without a slash at the end. */
  readonly portalUrl: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The actions that change one Seat. A hint may be for one seat, or for all. */
export type SeatActionName =
  'take' | 'resolve' | 'stop' | 'start' | 'free' | 'lookIn' | 'askTakeover' | 'endVisit' | 'hint';

export type SeatAction = { [K in SeatActionName]: ActionOf<K> & { readonly seat: string } }[SeatActionName];

/** The actions that change the Workshop. */
export type ClassActionName = 'hint' | 'faults' | 'pause' | 'extend' | 'end' | 'addSeat' | 'poll' | 'closePoll';

export type ClassAction = { [K in ClassActionName]: ActionOf<K> }[ClassActionName];
