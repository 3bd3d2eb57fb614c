// Lint as policy: what review would otherwise have to say each time.
import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The layers of the house, top first: a folder may import what stands below it, and nothing above. */
export const LAYERS = [
  'test',
  'cluster',
  'operator',
  'course',
  'apps',
  'cdk8s',
  'otlp',
  'kubernetes',
  'lab',
  'support',
];

/** For `import-x/no-restricted-paths`: each folder, and what it must not import. */
const zones = [
  ...LAYERS.flatMap((folder, floor) =>
    LAYERS.slice(0, floor).map((above) => ({
      target: `./${folder}`,
      from: `./${above}`,
      message: `${folder}/ stands below ${above}/: move what both need down, or hand it over as an argument.`,
    })),
  ),
  { target: './operator/engine', from: ['./operator', './cdk8s', './lab'], except: ['./engine'] },
];

const policy = {
  complexity: ['error', 10],
  'max-depth': ['error', 3],
  'max-params': ['error', 4],
  'max-lines': ['error', 550],
  eqeqeq: 'error',
  'prefer-const': 'error',
  'no-console': 'error',
};

export default defineConfig(
  globalIgnores(['**/node_modules', '**/dist', 'charts', 'coverage', 'test/artefacts']),
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...policy,
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
);
