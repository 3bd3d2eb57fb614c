// The calls of a round in Jaeger, as edges between services. They are sorted as edgesOf sorts them.

/** A round played at the guide. */
export const ROUND_AT_GUIDE = ['arcade→dice', 'arcade→prizes', 'guide→arcade'];

/** A round played by a visitor. */
export const ROUND_OF_VISITOR = ['arcade→dice', 'arcade→prizes', 'visitors→arcade'];
