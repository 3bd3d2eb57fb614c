// The path of the folder for logs, reports and screenshots of a test run.
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.ts';

export const artefacts = join(repoRoot, 'test', 'artefacts');
