// Lists the course's steps, and loads the solution and the walkthrough from each step's folder.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FileName } from '../../apps/guide/contract.ts';
import { Steps } from '../../course/engine/steps.ts';
import type { Walkthrough } from '../../course/harness/walkthrough.ts';
import { repoRoot } from '../../support/paths.ts';
import type { Lab } from '../support/cluster/lab.ts';

const folder = join(repoRoot, 'course', 'steps');

/** The ids of all steps, in course order. */
export const steps = new Steps(folder, {}).ids;

/**
 * Loads the walkthrough of a step: what a learner does between Start and Check. A step without a walkthrough file has
 * an empty walkthrough.
 */
export async function walkthroughOf(id: string): Promise<Walkthrough> {
  const path = join(folder, id, 'walkthrough.ts');
  if (!existsSync(path)) return {};
  const { walkthrough } = (await import(pathToFileURL(path).href)) as { walkthrough: Walkthrough };
  return walkthrough;
}

/**
 * Lists the files, with their contents, that a learner changes to solve the step, with this lab's own names filled in.
 */
export function solutionOf({ release, namespace }: Lab, id: string): [FileName, string][] {
  const words = {
    RELEASE: release,
    NAMESPACE: namespace,
    PRIZES_URL: `http://${release}-prizes:8080`,
    FLASK_URL: `http://${release}-flask:8080`,
  };
  return Object.entries(new Steps(folder, words).solutionFiles(id)) as [FileName, string][];
}
