// Limits that the chart sets and the pages name.

/** The most bytes that an exporter of the Collector holds. It drops a batch that is larger, or that has no room. */
export const COLLECTOR_QUEUE = 4 * 1024 * 1024;
