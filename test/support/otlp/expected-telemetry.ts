// The calls between services in the trace of a round, in the order in which edgesOf returns them.
import { callsOfRound } from '../../../lab/services.ts';

/** The calls of a round that a learner plays at the guide. */
export const ROUND_AT_GUIDE = callsOfRound('guide');

/** The calls of a round that a visitor plays. */
export const ROUND_OF_VISITOR = callsOfRound('visitors');
