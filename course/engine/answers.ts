// Reads what dice answered. A learner may answer with a bare number, with JSON or with a sentence.
import type { AppAnswer } from '../../apps/guide/server/lab/visit.ts';
import type { FindingId } from '../../lab/findings.ts';
import type { AttributeValue } from '../../otlp/attributes.ts';
import { unmet } from './findings.ts';
import type { Finding } from './findings.ts';
import type { Visit } from './observation.ts';

/** Returns the finding about a request that dice did not answer with 200, or undefined if all were. */
export function failedVisit(visits: readonly Visit[]): Finding | undefined {
  const failed = visits.find(({ answer }) => answer.status !== 200);
  if (!failed) return undefined;
  const { path, answer } = failed;
  const route = path.replace(/\?.*/, '');
  return unmet(`dice to answer GET ${route} with 200`, {
    hop: 'pod',
    id: idOf(answer),
    found: answer.status === 0 ? answer.body : `status ${answer.status}: ${textOf(answer.body)}`,
    hint: isTimeout(answer) ? endless(route) : 'See in the log what is wrong with app.ts.',
    traceId: answer.traceId,
  });
}

function idOf(answer: AppAnswer): FindingId {
  if (isTimeout(answer)) return 'pod/hangs';
  return answer.status === 0 ? 'pod/no-answer' : 'pod/error-status';
}

const isTimeout = ({ status, body }: AppAnswer): boolean => status === 0 && body.startsWith('no answer within');

/** The log of an app that hangs is empty. */
const endless = (route: string): string =>
  `The log says nothing of it. Look at the code behind ${route}: does each loop end, does the route call ` +
  'response.send(…) on each way, and does each promise that it awaits settle?';

/** Returns the text of an answer, without the tags of a page and without the lines of a stack trace. */
const textOf = (body: string): string =>
  body
    .replace(/<(title|style)>.*?<\/\1>/gs, '')
    .replace(/<br>.*/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);

const integersIn = (text: string): number[] => (text.match(/(?<![\w.])-?\d+(?![\w.]*\d)/g) ?? []).map(Number);

/**
 * Returns the numbers in each answer, one list for each place in the answers. A place is counted from the start or from
 * the end, because some answers may have a number more, such as that of the sides.
 */
function columnsOf(visits: readonly Visit[]): number[][] {
  const numbers = visits.map(({ answer }) => integersIn(answer.body));
  const widths = numbers.map((some) => some.length);
  const width = widths.length === 0 ? 0 : Math.min(...widths);
  const places = Array.from({ length: width }, (_, at) => at);
  const fromEnd = new Set(widths).size > 1 ? places.map((at) => -1 - at) : [];
  const columns = [...places, ...fromEnd].map((at) => numbers.map((some) => some.at(at) ?? NaN));
  const varying = columns.filter((column) => new Set(column).size > 1);
  return varying.length > 0 ? varying : columns.slice(0, 1);
}

/**
 * Returns a function that says whether a value may be the roll in an answer. A number that all answers have in the same
 * place, such as that of the sides, is no roll.
 */
export function rollMatcher(visits: readonly Visit[]): (visit: Visit, value: AttributeValue | undefined) => boolean {
  const columns = columnsOf(visits);
  const indexes = new Map(visits.map((visit, index) => [visit, index]));
  return (visit, value) => columns.some((column) => column[indexes.get(visit) ?? NaN] === value);
}

/**
 * Returns the roll in each answer. If the answers have several numbers, the roll is the one that agrees with `values`
 * most often, and is not the same in all answers.
 * @returns undefined if there is no number
 */
export function answeredValues(
  visits: readonly Visit[],
  values: readonly (AttributeValue | undefined)[],
): number[] | undefined {
  const agreement = (column: readonly number[]) => column.filter((one, index) => one === values[index]).length;
  return columnsOf(visits).toSorted((a, b) => agreement(b) - agreement(a))[0];
}
