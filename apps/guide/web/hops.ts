// The hops of "Why is there no telemetry?" in words, and the likeliest reason why a part of the page Explore is empty.
import type { DiagnosedPart, PipelineHop } from '../contract.ts';

export const hopTitles: Readonly<Record<PipelineHop['name'], string>> = {
  sdk: 'SDK, in dice',
  exporter: 'Exporter, in dice',
  collector: 'Collector',
  jaeger: 'Jaeger',
  guide: 'Guide',
  prometheus: 'Prometheus',
};

/** What is missing: all of a part, or only what comes from dice. */
export type Missing = 'all' | 'dice';

/** The parts on whose hops a part depends, the likeliest first. The charts also need the spans of dice. */
export const partsFor = (part: DiagnosedPart): readonly DiagnosedPart[] =>
  part === 'charts' ? ['charts', 'traces'] : [part];

/** Returns the first hop that explains what is missing of a part, or undefined if all of them work. */
export function firstBroken(
  hops: readonly PipelineHop[],
  part: DiagnosedPart,
  missing: Missing,
): PipelineHop | undefined {
  const isInDice = ({ name }: PipelineHop) => name === 'sdk' || name === 'exporter';
  const counts = (hop: PipelineHop) => (missing === 'dice' ? isInDice(hop) : hop.signal === part || isInDice(hop));
  const ordered = partsFor(part).flatMap((one) => hops.filter(({ signal }) => signal === one));
  return firstToMend(ordered.filter((hop) => !hop.ok && !hop.untested && counts(hop)));
}

/** Returns the first of some broken hops with something to do. A hop may only suffer from one that comes later. */
export const firstToMend = (broken: readonly PipelineHop[]): PipelineHop | undefined =>
  broken.find(({ todo }) => todo !== undefined) ?? broken[0];

/** Returns the reason in words: the cause, the place, and what to do. */
export function reasonInWords(hop: PipelineHop): string {
  const { name, says, place = hopTitles[name], todo } = hop;
  const cause = says.startsWith(`${place}: `) ? says.slice(place.length + 2) : says;
  const text = `${cause.charAt(0).toUpperCase()}${cause.slice(1)} (${place}).`;
  return todo === undefined ? text : `${text} To do: ${todo}`;
}
