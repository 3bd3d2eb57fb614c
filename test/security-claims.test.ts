// Holds docs/security.md to its tests: each claim names tests that exist, and each file of hostile acts is named.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { repoRoot } from '../support/paths.ts';

const PAGE = 'docs/security.md';

interface NamedTest {
  readonly title: string;
  /** Path of the test file from the repository's root. */
  readonly file: string;
}

const rows = readFileSync(join(repoRoot, PAGE), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && line.split('|').length === 5 && !/^\| (claim|-)/.test(line));

/** Returns the tests that a row names as links `[title](path)`. */
const testsIn = (row: string): NamedTest[] =>
  [...row.matchAll(/\[([^\]]+)\]\((\.\.\/[^)]+\.test\.ts)\)/g)].map(([, title = '', path = '']) => ({
    title,
    file: relative(repoRoot, join(repoRoot, dirname(PAGE), path)),
  }));

/** Whether a file has a test or describe block with this title. The title may be written with any kind of quotes. */
function hasTest({ title, file }: NamedTest): boolean {
  const path = join(repoRoot, file);
  if (!existsSync(path)) return false;
  const source = readFileSync(path, 'utf8').replaceAll("\\'", "'");
  return [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => source.includes(quoted));
}

test.each(rows.map((row) => [row.split('|')[1]?.trim() ?? '', row]))('names a test for the claim: %s', (_, row) => {
  expect(testsIn(row)).not.toEqual([]);
  expect(testsIn(row).filter((named) => !hasTest(named))).toEqual([]);
});

test('names every file that tries hostile acts on a real node', () => {
  const named = new Set(rows.flatMap(testsIn).map(({ file }) => file));
  expect(globSync('test/workshop/hostile-*.test.ts', { cwd: repoRoot }).filter((file) => !named.has(file))).toEqual([]);
});
