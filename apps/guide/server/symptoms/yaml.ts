// Finds places in the learner's collector.yaml: the line of a key, and the mistakes for which the Collector's own YAML
// parser names a line above the wrong one, or none.
import { escaped, lineOf } from './explanation.ts';
import type { Explanation } from './explanation.ts';

const file = 'collector.yaml';

/**
 * Returns the line of the last key of a path that the text has, such as `exporters`, `debug`, `verbosity`. Each key is
 * searched below the one before it. Returns an empty object if the text lacks even the first key.
 */
export function lineOfPath(text: string, path: readonly string[]): { line?: number } {
  const [section = '', ...keys] = path;
  const lines = text.split('\n');
  let at = lines.findIndex((line) => new RegExp(`^["']?${escaped(section)}["']?\\s*:`).test(line));
  if (at < 0) return {};
  const next = lines.findIndex((line, index) => index > at && /^[^\s#-]/.test(line));
  const end = next < 0 ? lines.length : next;
  for (const key of keys) {
    const pattern = new RegExp(`(^|[\\s{,["'-])${escaped(key)}(["'\\s:,\\]}]|$)`);
    const found = lines.findIndex((line, index) => index >= at && index < end && pattern.test(line));
    if (found < 0) break;
    at = found;
  }
  return { line: at + 1 };
}

interface Row {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

const rowsOf = (text: string): Row[] =>
  text
    .split('\n')
    .map((line, index) => ({ number: index + 1, indent: /^ */.exec(line)?.[0].length ?? 0, text: line.trim() }))
    .filter((row) => row.text !== '' && !row.text.startsWith('#'));

const at = (line: number, cause: string, todo: string): Explanation => ({ file, line, cause, todo });

/** Returns the likeliest reason why a text is not YAML, or undefined if none of the usual mistakes is in it. */
export function yamlMistake(text: string): Explanation | undefined {
  const rows = rowsOf(text);
  return tab(text) ?? openQuote(rows) ?? missingColon(rows) ?? wrongIndent(rows);
}

function tab(text: string): Explanation | undefined {
  const { line } = lineOf(text, /^ *\t/);
  if (line === undefined) return undefined;
  return at(line, 'the line begins with a tab, and YAML allows only spaces there', 'Replace the tab by spaces.');
}

function openQuote(rows: readonly Row[]): Explanation | undefined {
  const row = rows.find((one) => /:\s*"[^"]*$|:\s*'[^']*$|-\s+"[^"]*$/.test(one.text));
  return row && at(row.number, 'a quote opens here and never closes', 'Add the closing quote.');
}

function missingColon(rows: readonly Row[]): Explanation | undefined {
  const index = rows.findIndex(
    ({ text, indent }, here) => /^[\w/.-]+$/.test(text) && (rows[here + 1]?.indent ?? 0) > indent,
  );
  const row = rows[index];
  return row && at(row.number, `"${row.text}" has lines below it, but no colon after it`, `Write ${row.text}: there.`);
}

function wrongIndent(rows: readonly Row[]): Explanation | undefined {
  const open: number[] = [];
  for (const [index, row] of rows.entries()) {
    closeDeeper(open, row.indent);
    const isDeeper = row.indent > (open.at(-1) ?? -1);
    const before = rows[index - 1];
    if (isDeeper && before && !mayHaveBelow(before, row)) return indentMistake(row);
    if (isDeeper) open.push(row.indent);
    if (isListOfMaps(row)) open.push(deepest(row));
  }
  return undefined;
}

/** Removes the columns of blocks that end before a row with this indentation. */
function closeDeeper(open: number[], indent: number): void {
  while ((open.at(-1) ?? -1) > indent) open.pop();
}

/** Whether a row may be followed by one that is further in: it is a key without a value, or an item of a list. */
const mayHaveBelow = (before: Row, { indent }: Row): boolean =>
  indent >= deepest(before) && !/^[^"'#]*:\s+[^\s|>&{[]/.test(before.text);

const isListOfMaps = ({ text }: Row): boolean => /^-\s.*:(\s|$)/.test(text);

/** Returns the column at which the row's own text begins, behind the dash of a list. */
const deepest = ({ indent, text }: Row): number => indent + (/^-\s+/.exec(text)?.[0].length ?? 0);

const indentMistake = ({ number }: Row): Explanation =>
  at(
    number,
    'the line is not as far in as those that it belongs to',
    'Lines of one level begin in the same column, and lines below a key two spaces further in.',
  );

/**
 * Returns what the Collector ignores in the learner's file, or undefined. It reads the first document only, and takes
 * `{}` for a whole document.
 */
export function ignoredRest(text: string): Explanation | undefined {
  const rows = rowsOf(text);
  const [first, second] = rows;
  if (first && second && /^\{\s*\}/.test(first.text))
    return at(
      first.number,
      'the Collector takes {} for the whole file, and ignores the lines below it',
      'Take the line {} out.',
    );
  const end = rows.find(({ text: line }, index) => index > 0 && /^(---|\.\.\.)(\s|$)/.test(line));
  if (!end || end === rows.at(-1)) return undefined;
  return at(
    end.number,
    `the Collector reads up to ${end.text} only, and ignores the lines below it`,
    'Take that line out.',
  );
}
