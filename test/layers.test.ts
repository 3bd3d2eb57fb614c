// Checks, with the project's own lint configuration, that lint reports an import from a higher layer.
import { globSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ESLint } from 'eslint';
import { jest } from '@jest/globals';
import { repoRoot } from '../support/paths.ts';

jest.setTimeout(60_000);

const RULE = 'import-x/no-restricted-paths';
const { LAYERS: layers } = (await import(join(repoRoot, 'eslint.config.mjs'))) as { LAYERS: readonly string[] };
// The chart is left out, because it is generated and contains a learner's files.
const sources = globSync('*/**/*.ts', { cwd: repoRoot, exclude: (path) => /node_modules|^charts/.test(path) });
const folderOf = (path: string): string => path.split('/')[0] ?? '';
/** Returns an existing file of a folder, because the rule reports only imports of files that exist. */
const aFileIn = (folder: string): string => sources.find((path) => path.startsWith(`${folder}/`)) ?? folder;

// The configuration for type-aware rules is replaced, because the linted file doesn't exist and belongs to no
// TypeScript project.
const eslint = new ESLint({
  cwd: repoRoot,
  ruleFilter: ({ ruleId }) => ruleId === RULE,
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
});

/** Lints a file that imports each of `targets`. @returns the targets that lint reports */
async function reported(file: string, targets: readonly string[]): Promise<string[]> {
  const lines = targets.map((target) => `import '${relative(dirname(file), target).replace(/^(?!\.)/, './')}';`);
  const [result] = await eslint.lintText(lines.join('\n'), { filePath: join(repoRoot, file) });
  const messages = result?.messages ?? [];
  expect(messages.filter(({ ruleId }) => ruleId !== RULE)).toEqual([]);
  return targets.filter((_, index) => messages.some(({ line }) => line === index + 1));
}

test('the list of layers names every top-level folder that contains TypeScript', () => {
  expect([...layers].sort()).toEqual([...new Set(sources.map(folderOf))].sort());
});

test.each(layers.map((folder, floor) => ({ folder, above: layers.slice(0, floor) })))(
  'lint reports imports from the layers above $folder/ in a file of $folder/, and no other imports',
  async ({ folder, above }) => {
    const imported = await reported(`${folder}/new-file.ts`, layers.map(aFileIn));
    expect(imported.map(folderOf)).toEqual(above);
  },
);

test('lint reports imports in operator/engine of anything but its own files, kubernetes and support', async () => {
  const wrong = ['operator/seat', 'operator/workshop', 'course', 'apps', 'cdk8s', 'otlp', 'lab'].map(aFileIn);
  const right = ['operator/engine', 'kubernetes', 'support'].map(aFileIn);
  expect(await reported('operator/engine/new-file.ts', [...wrong, ...right])).toEqual(wrong);
});
