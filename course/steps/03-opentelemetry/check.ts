// The check of step 3. It passes if a request to dice makes spans with the instrumentation library that the learner
// chose.
import { silent, wrong, passed } from '../../engine/check.ts';
import type { Check, LabView, Verdict } from '../../engine/check.ts';

export const check: Check = async (lab) => {
  const pick = (lab.answers['pick'] ?? '')
    .trim()
    .toLowerCase()
    .replace('@opentelemetry/', '')
    .replace(/^instrumentation-/, '');
  if (pick === '')
    return wrong(
      'the name of a library that is installed here',
      'no answer',
      'Search the list above: express, http, …',
    );
  let seen = false;
  const verdict = await lab.settle(async () => {
    const { traceId } = await lab.ask('/visit');
    const spans = await spansOf(lab, traceId);
    if (!spans) return undefined;
    seen = true;
    if (spans.some(({ scope }) => scope === `@opentelemetry/instrumentation-${pick}`)) return passed(traceId);
    return nothingOf(pick, [...new Set(spans.map(({ scope }) => scope))], traceId);
  });
  return seen || verdict.passed
    ? verdict
    : silent(lab, 'spans of a library in a visit to dice', 'Is INSTRUMENTATION set to auto?');
};

const spansOf = (lab: LabView, traceId: string) =>
  lab.eventually(async () => {
    const spans = (await lab.trace(traceId))?.spans.filter(({ service }) => service === 'dice');
    return spans && spans.length > 0 ? spans : undefined;
  });

function nothingOf(pick: string, scopes: string[], traceId: string): Verdict {
  const hints: Record<string, string> = {
    pino:
      "Pino's library makes no spans: it writes trace and span ids into log lines. " +
      'That is instrumentation too, but pick one that gives spans.',
    undici:
      "Undici's library gives spans where dice itself calls with fetch, and it does not. " +
      'Pick one that sees what comes in.',
  };
  const found = `spans of ${scopes.join(', ')}`;
  return wrong(
    `a span of @opentelemetry/instrumentation-${pick} in a visit to dice`,
    found,
    hints[pick] ??
      'Pick one that the search above lists: only those are installed here. ' +
        'In a trace, “Recorded by” tells who made a span.',
    traceId,
  );
}
