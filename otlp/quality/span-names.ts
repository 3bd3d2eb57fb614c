// Finds span names with an id in them. A name groups spans that do the same, so it must not differ in each of them.
// https://opentelemetry.io/docs/specs/otel/trace/api/#span
import type { Span } from '../traces.ts';
import type { Issue } from './finding.ts';
import type { Sources } from './sources.ts';

/** What is an id by its looks: a UUID, many hexadecimal digits with a number among them, or a long number. */
const CERTAIN = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b(?=[a-f]*\d)[0-9a-f]{12,}\b|\b\d{6,}\b/i;

/** A number that stands for itself, such as that of `roll 4` or `/users/42`, and not that of `http2` or `v1`. */
const NUMBER = /(?<![\p{L}\d_.])\d+(?:\.\d+)?(?![\p{L}\d_])/gu;

/** How many different numbers a name must have had to be sure that it changes. */
const ENOUGH = 3;

/** A span whose name has an id in it. */
export interface NamedById {
  readonly span: Span;
  /** The name with {id} in place of the id: it stands for all of them. */
  readonly pattern: string;
  readonly issue: Issue;
}

/** Returns the spans with an id in their name, and what to say about each. */
export function spansNamedById(spans: readonly Span[], sources: Sources): NamedById[] {
  const certain = spans.filter(({ name }) => CERTAIN.test(name));
  const numbered = spans.filter(({ name }) => !CERTAIN.test(name) && name.search(NUMBER) >= 0);
  const groups = [...grouped(certain), ...grouped(numbered).filter((group) => namesIn(group).size >= ENOUGH)];
  return groups.flatMap((group) => {
    const [pattern, issue] = [patternOf(group[0]?.name ?? ''), issueOf(group, sources)];
    return group.map((span) => ({ span, pattern, issue }));
  });
}

/** Groups spans whose names differ in their ids and numbers only. */
const grouped = (spans: readonly Span[]): Span[][] => [
  ...Map.groupBy(spans, ({ name, scope }) => `${scope} ${patternOf(name)}`).values(),
];

const patternOf = (name: string): string => name.replace(new RegExp(CERTAIN, 'gi'), '{id}').replace(NUMBER, '{id}');

const namesIn = (spans: readonly Span[]): Set<string> => new Set(spans.map(({ name }) => name));

function issueOf(group: readonly Span[], sources: Sources): Issue {
  const names = [...namesIn(group)];
  const [name = ''] = names;
  const start = patternOf(name).split('{id}', 1)[0] ?? '';
  const better = start.trim().replace(/[:/\s-]+$/, '');
  return {
    id: 'id_in_span_name',
    level: 'improvement',
    rule: 'SPA-003',
    message: `A span name has an id in it, so each one is a group of its own: ${names.slice(0, 3).join(', ')}.`,
    todo: `Name the span ${better === '' ? 'after its work' : JSON.stringify(better)}, and set the id as an attribute.`,
    place: sources.template(start) ?? sources.text(name),
  };
}
