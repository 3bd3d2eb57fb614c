// The calls between services that the trace of a round must show. Their order is that of edgesOf, so that a test can
// compare the lists.
import { callsOfRound } from '../../../lab/services.ts';

/** The calls of a round that a learner plays at the guide. */
export const ROUND_AT_GUIDE = callsOfRound('guide');

/** The calls of a round that a visitor plays. */
export const ROUND_OF_VISITOR = callsOfRound('visitors');
