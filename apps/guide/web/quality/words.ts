// The texts of the panel "Telemetry quality".
import type { Finding, QualityReport, Score } from '../../quality-contract.ts';

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Says how much was judged, and what came of it. */
export function summary({ findings, more, judged, score }: QualityReport): string {
  if (!score) return 'Nothing has come from dice since the last Run or check. Ask dice for something.';
  const [spans, metrics] = [plural(judged.spans, 'span'), plural(judged.instruments, 'metric')];
  const what = `${spans}, ${metrics} and ${plural(judged.logs, 'log record')}`;
  const count = findings.length + more;
  if (count === 0) return `${what} of dice: nothing to advise.`;
  const violations = findings.filter(({ level }) => level === 'violation').length;
  const breaks = violations === 0 ? '' : `, ${violations} of them against the semantic conventions`;
  return `${what} of dice: ${plural(count, 'finding')}${breaks}. They advise. No step depends on them.`;
}

/** Says where a finding was seen, such as `on 3 spans`. */
export function seenOn({ signal, count, subject, attribute }: Finding): string {
  if (signal === 'resource') return 'on the resource';
  if (signal === 'metric') return `in the metric ${subject}`;
  const noun = signal === 'span' ? 'span' : 'log record';
  const name = attribute === undefined || subject === '' ? '' : `, such as ${subject}`;
  return `on ${plural(count, noun)}${name}`;
}

/** Says the score in one line, without a word about rules that were not judged. */
export const scoreInWords = ({ value, category }: Score): string => `Score: ${value} of 100 (${category})`;
