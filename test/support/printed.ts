// Reads the names that the course and the docs print: code in the text, and YAML.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repoRoot } from '../../support/paths.ts';

export interface Page {
  /** Path of the file, relative to the repository's root. */
  readonly path: string;
  readonly text: string;
}

const PATTERNS = ['course/steps/*/step.md', 'docs/*.md', 'README.md', 'charts/lab/README.md', 'apps/{,*/}README.md'];

/** The pages that learners and instructors read. */
export const pages: readonly Page[] = PATTERNS.flatMap((pattern) => globSync(pattern, { cwd: repoRoot }))
  .sort()
  .map((path) => ({ path, text: readFileSync(join(repoRoot, path), 'utf8') }));

/** Returns the pieces of code inside the text, without code blocks. */
export const codeIn = ({ text }: Page): string[] =>
  [...text.replaceAll(/^ *```[^]*?^ *```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** Returns the YAML blocks of the page, parsed. A piece of code such as `exporters: { debug: {} }` is one too. */
export function yamlIn(page: Page): Record<string, unknown>[] {
  const blocks = [...page.text.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, yaml = '']) => yaml);
  const inline = codeIn(page).filter((code) => /^[a-z]+: \{/.test(code));
  return [...blocks, ...inline].map((yaml) => parse(yaml) as Record<string, unknown>);
}
