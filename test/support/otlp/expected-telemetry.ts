// What a round must look like in Jaeger: who calls whom, as a table of edges. Both sides are services, sorted as edgesOf does.

/** A round played at the guide. */
export const ROUND_AT_GUIDE = ['arcade→dice', 'arcade→prizes', 'guide→arcade'];

/** A round played by a visitor. */
export const ROUND_OF_VISITOR = ['arcade→dice', 'arcade→prizes', 'visitors→arcade'];
