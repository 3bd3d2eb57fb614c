// The check of step 3. It passes if a request to dice makes spans with the instrumentation library that the learner
// chose.
import type { Check } from '../../engine/check.ts';
import { met, unmet, verdictOf } from '../../engine/findings.ts';
import type { Finding } from '../../engine/findings.ts';
import type { Seen } from '../../engine/observation.ts';

export const check: Check = async (lab) => {
  const pick = packageOf(lab.answers['pick'] ?? '');
  if (pick === '') return verdictOf([noAnswer]);
  const observation = await lab.observe(['/visit', '/visit']);
  const look = async () => {
    const seen = await observation.look();
    return { findings: judge(seen, pick), certain: seen.settled, traceId: seen.visits[0]?.answer.traceId };
  };
  return lab.settle(look, {
    expected: 'spans of a library in a visit to dice',
    hint: 'Is INSTRUMENTATION set to auto in settings.env?',
  });
};

const noAnswer = unmet('the name of a library that is installed here', {
  found: 'no answer',
  hint: 'Search the installed libraries for a word such as http, and name one of them.',
});

const packageOf = (answer: string): string =>
  answer
    .toLowerCase()
    .replace(/^[\s"'`]+|[\s"'`]+$/g, '')
    .replace('@opentelemetry/', '')
    .replace(/^instrumentation-/, '')
    .replace(/@\d.*$/, '');

const hints: Record<string, string> = {
  pino:
    "Pino's library makes no spans: it writes trace and span ids into log lines. " +
    'That is instrumentation too, but pick one that gives spans.',
  undici:
    "Undici's library gives spans where dice itself calls with fetch, and it does not. " +
    'Pick one that sees what comes in.',
};

/** Looks for spans of the library among those of the visits. */
export function judge({ visits }: Seen, pick: string): Finding[] {
  const spans = visits.flatMap((visit) => visit.spans);
  if (spans.length === 0) return [];
  const text = `a span of @opentelemetry/instrumentation-${pick} in a visit to dice`;
  if (spans.some(({ scope }) => scope === `@opentelemetry/instrumentation-${pick}`)) return [met(text)];
  const hint =
    hints[pick] ??
    'Pick one that the search lists: only those are installed here. ' +
      'In a trace, “otel.scope.name” tells which library made a span. ' +
      'OTEL_NODE_DISABLED_INSTRUMENTATIONS in settings.env turns libraries off.';
  return [unmet(text, { found: `spans of ${[...new Set(spans.map(({ scope }) => scope))].join(', ')}`, hint })];
}
