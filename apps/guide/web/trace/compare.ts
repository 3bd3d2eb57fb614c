// Compares a trace from before a Run with one from after it. Spans of the two have no ids in common, so a span is the
// same if its service, name and kind are: the first GET /rolldice of dice is the first one of before.
import type { SpanOfPage } from '../../contract.ts';
import { rowsOf } from './flat.ts';
import type { DrawnTrace } from './flat.ts';

export interface TraceComparison {
  /** Ids of the spans that only the trace of after has. */
  readonly added: ReadonlySet<string>;
  /** Ids of the spans that only the trace of before has. */
  readonly gone: ReadonlySet<string>;
  /** Ids of spans of after that are not as before. */
  readonly changed: ReadonlySet<string>;
  /** What differs, a line each. Empty if nothing does. */
  readonly lines: readonly string[];
}

export function compareTraces(before: DrawnTrace, after: DrawnTrace): TraceComparison {
  const [earlier, later] = [byKey(before), byKey(after)];
  const added = [...later].filter(([key]) => !earlier.has(key)).map(([, span]) => span);
  const gone = [...earlier].filter(([key]) => !later.has(key)).map(([, span]) => span);
  const changed = [...later].flatMap(([key, span]) => {
    const known = earlier.get(key);
    const words = known ? changesOf(known, span) : [];
    return words.length > 0 ? [{ span, words }] : [];
  });
  return {
    added: idsOf(added),
    gone: idsOf(gone),
    changed: idsOf(changed.map(({ span }) => span)),
    lines: [
      ...added.map((span) => `New: ${wordsOf(span)}`),
      ...gone.map((span) => `Gone: ${wordsOf(span)}`),
      ...changed.map(({ span, words }) => `${wordsOf(span)}: ${words.join(', ')}`),
    ],
  };
}

const idsOf = (spans: readonly SpanOfPage[]): Set<string> => new Set(spans.map(({ spanId }) => spanId));

const wordsOf = ({ service, name, kind }: SpanOfPage): string => `${service} ${name} ${kind}`;

/** Returns the spans by service, name, kind, and their number among those that have all three. */
function byKey(trace: DrawnTrace): Map<string, SpanOfPage> {
  const counts = new Map<string, number>();
  return new Map(
    rowsOf(trace).map(({ span }) => {
      const words = wordsOf(span);
      const count = (counts.get(words) ?? 0) + 1;
      counts.set(words, count);
      return [`${words} ${count}`, span];
    }),
  );
}

/** Says what a span has now. Values of attributes differ from request to request, so only their keys count. */
const changesOf = (before: SpanOfPage, after: SpanOfPage): string[] => [
  ...differences(Object.keys(before.attributes), Object.keys(after.attributes), ''),
  ...differences(eventsOf(before), eventsOf(after), 'event '),
  ...(before.status.code === after.status.code ? [] : [`status ${after.status.code.toUpperCase()}`]),
];

const eventsOf = ({ events }: SpanOfPage): string[] => events.map(({ name }) => name);

function differences(before: readonly string[], after: readonly string[], what: string): string[] {
  const [known, now] = [new Set(before), new Set(after)];
  const more = [...now].filter((name) => !known.has(name)).map((name) => `+ ${what}${name}`);
  return [...more, ...[...known].filter((name) => !now.has(name)).map((name) => `− ${what}${name}`)];
}
