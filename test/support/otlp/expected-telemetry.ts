// What a round must look like in Jaeger: who calls whom, as a table of edges, sorted as edgesOf sorts them.
import { callsOfRound } from '../../../lab/services.ts';

/** A round played at the guide. */
export const ROUND_AT_GUIDE = callsOfRound('guide');

/** A round played by a visitor. */
export const ROUND_OF_VISITOR = callsOfRound('visitors');
