// Where whatever helps to understand a failed test run is kept.
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.ts';

export const artefacts = join(repoRoot, 'test', 'artefacts');
