// Finds mistakes in the learner's settings.env.
import { refusedValues } from '../../../telemetry/environment.ts';
import { levels } from '../../../telemetry/level.ts';
import { mistakesIn } from '../../../telemetry/mistakes.ts';
import type { Mistake } from '../../../telemetry/mistakes.ts';
import { parseSettings } from '../../../telemetry/settings.ts';
import { nearest } from '../../../../support/nearest.ts';
import { escaped, lineOf } from './explanation.ts';
import type { Explanation } from './explanation.ts';

const file = 'settings.env';

/**
 * Returns the mistakes in settings.env, from the top of the file to its end.
 * @param defaults the variables that the chart sets for dice
 */
export function settingsMistakes(
  text: string,
  defaults: Readonly<Record<string, string | undefined>> = {},
): Explanation[] {
  const { values, ignored } = parseSettings(text);
  const mistakes = [...levelMistake(values), ...refusedValues(values), ...mistakesIn({ ...defaults, ...values })];
  const found = [...localhostMistakes(values), ...mistakes].flatMap((mistake) => explanationOf(mistake, text, values));
  return [...ignored.map((line) => ignoredLine(line, text)), ...found].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/**
 * Returns a mistake with the line that makes it. A mistake that only the chart's variables make is not the learner's.
 */
function explanationOf(
  { names, says, todo }: Mistake,
  text: string,
  values: Readonly<Record<string, string>>,
): Explanation[] {
  const name = names.find((one) => values[one] !== undefined);
  if (name === undefined) return [];
  const lines = text.split('\n');
  const index = lines.findLastIndex((line) => new RegExp(`^\\s*(export\\s+)?${name}\\s*=`).test(line));
  return [{ file, ...(index < 0 ? {} : { line: index + 1 }), cause: says, todo }];
}

function ignoredLine(given: string, text: string): Explanation {
  const place = { file, ...lineOf(text, new RegExp(`^\\s*(export\\s+)?${escaped(given.slice(0, 200))}`)) } as const;
  const [, name, value = ''] = /^(?:export\s+)?([\w.]+)\s*[:\s]\s*(.*)$/.exec(given) ?? [];
  if (name !== undefined && /^(INSTRUMENTATION|OTEL_\w+)$/i.test(name))
    return { ...place, cause: 'the line is not NAME=value, so it is ignored', todo: `Write ${name}=${value}.` };
  const meant =
    nearest(given.toUpperCase(), ['INSTRUMENTATION']) ?? (/^otel_\w+$/i.test(given) ? given.toUpperCase() : undefined);
  return {
    ...place,
    cause: `${JSON.stringify(given.slice(0, 40))} is ignored: only INSTRUMENTATION=… and OTEL_…=… count here`,
    todo: meant === undefined ? 'Take the line out.' : `Did you mean ${meant}?`,
  };
}

function levelMistake({ INSTRUMENTATION: level }: Readonly<Record<string, string>>): Mistake[] {
  if (!level || (levels as readonly string[]).includes(level)) return [];
  const meant = levels.find((known) => level.toLowerCase().startsWith(known)) ?? nearest(level, levels);
  return [
    {
      names: ['INSTRUMENTATION'],
      says: `INSTRUMENTATION is "${level.slice(0, 40)}": expected one of ${levels.join(', ')}`,
      todo: meant === undefined ? 'Choose one of them.' : `Write INSTRUMENTATION=${meant}.`,
    },
  ];
}

/** The guides of OpenTelemetry send to localhost. In a pod that is the pod itself. */
function localhostMistakes(values: Readonly<Record<string, string>>): Mistake[] {
  const name = Object.keys(values).find(
    (one) =>
      /^OTEL_EXPORTER_OTLP(_\w+)?_ENDPOINT$/.test(one) &&
      /^https?:\/\/(localhost|127\.|\[::1\])/.test(values[one] ?? ''),
  );
  if (name === undefined) return [];
  const says = `${name} leads to localhost, which is the pod of dice itself. The Collector is in another pod`;
  return [{ names: [name], says, todo: 'Take the line out: the lab sets the endpoint of its Collector.' }];
}
