// The course's steps, and what their folders say that is right.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.ts';
import type { Lab } from '../support/cluster/lab.ts';

const folder = join(repoRoot, 'course', 'steps');

export const steps = readdirSync(folder)
  .filter((name) => /^\d\d-/.test(name))
  .sort();

export type FileName = 'app.ts' | 'settings.env' | 'collector.yaml';
const fileNames: readonly FileName[] = ['app.ts', 'settings.env', 'collector.yaml'];

/** The files that a step has changed when it is done. */
export function solutionOf(lab: Lab, id: string): [FileName, string][] {
  const fill: Record<string, string> = {
    $RELEASE: lab.release,
    $NAMESPACE: lab.namespace,
    $PRIZES_URL: `http://${lab.release}-prizes:8080`,
  };
  const filled = (text: string): string =>
    Object.entries(fill).reduce((so, [word, value]) => so.replaceAll(word, value), text);
  const paths = fileNames
    .map((name) => [name, join(folder, id, 'files', name)] as const)
    .filter(([, path]) => existsSync(path));
  return paths.map(([name, path]) => [name, filled(readFileSync(path, 'utf8'))]);
}
