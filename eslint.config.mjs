// Lint rules: what a review would otherwise have to repeat.
import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The layers, top first. A folder may import the folders below it, and none above. */
export const LAYERS = [
  'test',
  'release',
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

/** For `import-x/no-restricted-paths`: each folder, and the folders that it must not import. */
const zones = [
  ...LAYERS.flatMap((folder, floor) =>
    LAYERS.slice(0, floor).map((above) => ({
      target: `./${folder}`,
      from: `./${above}`,
      message: `${folder}/ is below ${above}/: move what both need down, or pass it as an argument.`,
    })),
  ),
  {
    target: './operator/engine',
    from: ['./operator', './course', './apps', './cdk8s', './otlp', './lab'],
    except: ['./engine'],
    message: 'engine/ is generic: pass what is ours as an argument.',
  },
];

const policy = {
  complexity: ['error', 10],
  'max-depth': ['error', 3],
  'max-params': ['error', 4],
  'max-lines': ['error', 350],
  // Prettier leaves comments and strings alone. A link can't be broken.
  'max-len': ['error', { code: 120, ignoreUrls: true }],
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
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
);
