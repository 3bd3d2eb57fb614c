// What the main thread and its watchdog share.

/** The value of the counter that ends the watch. */
export const DONE = -1;

/** Description of the symbol under which the main thread offers the function that the watchdog calls. */
export const BLOCKED = 'intro-otel.blocked';
