// Checks that lines of Markdown have at most 120 columns. Lint checks this for code. Prettier can't break headings or
// inline code.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../support/paths.ts';

const LIMIT = 120;
const generated = /node_modules|^charts/;
const files = globSync('**/*.md', { cwd: repoRoot, exclude: (path) => generated.test(path) });

/** Matches lines that can't be broken: table rows, and lines with links. */
const unbreakable = /^\s*\||\]\(|https?:\/\//;

/** Matches front matter and code blocks, whose lines may be long. */
const verbatim = /^---\n[^]*?^---$|^ *(```|~~~)[^]*?^ *\1/gm;

/** Lists the lines over the limit, as `file:line`. */
function longLines(file: string): string[] {
  const prose = readFileSync(join(repoRoot, file), 'utf8').replaceAll(verbatim, (block) => block.replaceAll(/.+/g, ''));
  return prose
    .split('\n')
    .flatMap((line, index) => (line.length > LIMIT && !unbreakable.test(line) ? [`${file}:${index + 1}`] : []));
}

test('Markdown has no line over 120 columns, except tables, links and code', () => {
  expect(files).toContain('README.md');
  expect(files.flatMap(longLines)).toEqual([]);
});
