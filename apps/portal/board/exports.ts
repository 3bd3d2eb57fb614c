// The progress of a class and the answers to its polls as files: CSV for spreadsheets, and Markdown.
import type { BoardState, PollResults } from './contract.ts';

type Cell = string | number | undefined;
interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Returns who has passed which step. */
export function progressTable({ people, steps }: Pick<BoardState, 'people' | 'steps'>): Table {
  const seated = people
    .filter(({ isClaimed, passed }) => isClaimed || passed.length > 0)
    .sort((one, other) => one.name.localeCompare(other.name, 'en') || (one.seat < other.seat ? -1 : 1));
  return {
    head: ['name', 'seat', 'passed', 'of', 'step', 'last activity', 'last finding', ...steps.map(({ id }) => id)],
    rows: seated.map(({ name, seat, passed, step, lastActivity, check }) => [
      name,
      seat,
      passed.length,
      steps.length,
      step,
      lastActivity,
      check && `${check.step}: ${check.text}`,
      ...steps.map(({ id }) => (passed.includes(id) ? 'yes' : '')),
    ]),
  };
}

/** Returns the answers to polls, each with how many people gave it. */
export const answersTable = (polls: readonly PollResults[]): Table => ({
  head: ['question', 'answer', 'count', 'names'],
  rows: polls.flatMap(({ question, answers }) =>
    answers.map(({ text, count, names }) => [question, text, count, names.join(', ')]),
  ),
});

/**
 * Returns a table as CSV. A cell that a spreadsheet would take for a formula gets an apostrophe, because names and
 * answers come from people. Where the comma is the decimal separator, a spreadsheet begins a cell at each
 * semicolon, also within our quotes. So a formula behind one gets an apostrophe, too. Tabs and line breaks become
 * spaces.
 * https://www.rfc-editor.org/rfc/rfc4180 https://owasp.org/www-community/attacks/CSV_Injection
 */
export const csvOf = ({ head, rows }: Table): string =>
  // With the byte order mark, Excel reads UTF-8.
  `\ufeff${[head, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')}`;

function csvCell(cell: Cell): string {
  if (cell === undefined || typeof cell === 'number') return String(cell ?? '');
  const text = cell.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replace(FORMULA, "$1'$2");
  return `"${text.replaceAll('"', '""')}"`;
}

/** The beginning of a formula. Excel also takes the wide characters for one. */
const FORMULA = /(^|;)([\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** Returns a table as Markdown under a heading. All text is escaped, so it can't make links, images or HTML. */
export function markdownOf(title: string, { head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [head.map(markdownCell), head.map(() => '---'), ...rows.map((row) => row.map(markdownCell))];
  return `# ${markdownCell(title)}\n\n${lines.map(line).join('\n')}\n`;
}

const markdownCell = (cell: Cell): string =>
  String(cell ?? '')
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()#+!|<>&~@:=^$.-]/g, (character) => `\\${character}`);
