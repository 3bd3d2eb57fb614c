// The calls of a round in Jaeger, as edges between services. They are sorted as edgesOf sorts them.
import { callsOfRound } from '../../../lab/services.ts';

/** A round played at the guide. */
export const ROUND_AT_GUIDE = callsOfRound('guide');

/** A round played by a visitor. */
export const ROUND_OF_VISITOR = callsOfRound('visitors');
