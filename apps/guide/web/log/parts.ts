// Cuts a log into what the page shows: the lines with the searched text, and the trace ids in them, which are links.

/** A piece of a log: a text, or the id of a trace. */
export interface LogPart {
  readonly text: string;
  readonly isTrace: boolean;
}

/** Returns the lines that contain a text, in upper or lower case. Without a text, all do. */
export function matchingLines(log: string, text: string): string {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return log;
  return log
    .split('\n')
    .filter((line) => line.toLowerCase().includes(wanted))
    .join('\n');
}

/** A trace id: 32 hexadecimal digits, not all of them 0. https://www.w3.org/TR/trace-context/#trace-id */
const TRACE_ID = /(?<![\da-f])(?!0{32})([\da-f]{32})(?![\da-f])/;

/** Returns the pieces of a log, in order. */
export const partsOf = (log: string): LogPart[] =>
  log
    .split(TRACE_ID)
    .map((text, index) => ({ text, isTrace: index % 2 === 1 }))
    .filter(({ text }) => text !== '');
