// The check of step 3. It passes if a request to dice makes spans with the instrumentation library that the learner
// chose.
import { LIBRARIES } from '../../../apps/telemetry/mistakes.ts';
import type { Check, Live, Settings } from '../../engine/check.ts';
import { explained, met, unmet, verdictOf } from '../../engine/findings.ts';
import type { Explained, Finding } from '../../engine/findings.ts';
import type { Seen } from '../../engine/observation.ts';
import { propagatorsHint } from '../../engine/propagation.ts';
import { samplerHint } from '../../engine/sampling.ts';

export const check: Check = async (lab) => {
  const pick = packageOf(lab.answers['pick'] ?? '');
  if (pick === '') return verdictOf([noAnswer]);
  if (librariesIn(pick).length > 1) return verdictOf([severalAnswers(pick)]);
  const settings = await lab.settings();
  const observation = await lab.observe(['/visit', '/visit']);
  const look = async () => {
    const seen = await observation.look();
    return { findings: judge(seen, pick, settings), certain: seen.settled, traceId: seen.visits[0]?.answer.traceId };
  };
  const reason = explained('settings/propagators', propagatorsHint(settings)) ??
    explained('telemetry/sampled', await samplerHint(lab)) ?? {
      hint: 'Is INSTRUMENTATION set to auto in settings.env?',
    };
  return lab.settle(look, { expected: 'spans of a library in a visit to dice', ...reason });
};

/** It is about the library that the learner has named before the visit. */
export const live: Live = { paths: /^\/visit/ };

const noAnswer = unmet('the name of a library that is installed here', {
  id: '03-opentelemetry/no-answer',
  found: 'no answer',
  hint: 'Search the installed libraries for a word such as http, and name one of them.',
});

const severalAnswers = (pick: string): Finding =>
  unmet('the name of one library', {
    id: '03-opentelemetry/several',
    found: `“${pick}”`,
    hint: 'Name only one library, without any other word.',
  });

const librariesIn = (pick: string): string[] => LIBRARIES.filter((name) => pick.split(/[\s,]+/).includes(name));

/** Returns the library that an answer names. The framework Express is called Express.js, too. */
const packageOf = (answer: string): string =>
  answer
    .toLowerCase()
    .replace(/^[\s"'`]+|[\s"'`]+$/g, '')
    .replace('@opentelemetry/', '')
    .replace(/^instrumentation-/, '')
    .replace(/@\d.*$/, '')
    .replace(/\.js$/, '');

const hints: Record<string, string> = {
  pino:
    "Pino's library makes no spans: it writes trace and span ids into log lines. " +
    'That is instrumentation too, but pick one that gives spans.',
  undici:
    "Undici's library gives spans where dice itself calls with fetch, and it does not. " +
    'Pick one that sees what comes in.',
};

/** Names the variable in settings.env that turns libraries off, as a sentence with a blank before it. */
function turnedOff(settings: Settings): string {
  const variables = ['OTEL_NODE_DISABLED_INSTRUMENTATIONS', 'OTEL_NODE_ENABLED_INSTRUMENTATIONS'];
  const name = variables.find((one) => settings[one]?.trim());
  return name === undefined ? '' : ` ${name} in settings.env turns libraries off.`;
}

/** Returns why a library made no span of the visit. @param off what turns libraries off, or '' */
function reasonOf(pick: string, off: string): Explained {
  const known = hints[pick];
  if (known !== undefined) return { id: '03-opentelemetry/no-spans', hint: known };
  const hint =
    'Pick one that the search lists: only those are installed here. ' +
    `In a trace, “otel.scope.name” tells which library made a span.${off}`;
  return { id: off === '' ? '03-opentelemetry/not-installed' : '03-opentelemetry/turned-off', hint };
}

/** Looks for spans of the library among those of the visits. */
export function judge({ visits }: Seen, pick: string, settings: Settings): Finding[] {
  const spans = visits.flatMap((visit) => visit.spans);
  if (spans.length === 0) return [];
  const text = `a span of @opentelemetry/instrumentation-${pick} in a visit to dice`;
  if (spans.some(({ scope }) => scope === `@opentelemetry/instrumentation-${pick}`)) return [met(text)];
  const found = `spans of ${[...new Set(spans.map(({ scope }) => scope))].join(', ')}`;
  return [unmet(text, { found, ...reasonOf(pick, turnedOff(settings)) })];
}
