// Prepares the steps for the guide's image: renders the text of each step, and copies its files. The bundler adds the
// checks.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderStep } from './render-step.ts';
import { stepIdsIn } from './step-folders.ts';

/**
 * Writes all steps to `target`.
 * @param folder the steps' sources
 * @param target the folder from which `Steps` reads them
 */
export function stageSteps(folder: string, target: string): void {
  for (const id of stepIdsIn(folder)) stageStep(id, join(folder, id), join(target, id));
}

function stageStep(id: string, source: string, target: string): void {
  mkdirSync(target, { recursive: true });
  const step = renderStep(id, readFileSync(join(source, 'step.md'), 'utf8'));
  writeFileSync(join(target, 'step.json'), JSON.stringify(step));
  for (const folder of ['files', 'start'].filter((name) => existsSync(join(source, name))))
    cpSync(join(source, folder), join(target, folder), { recursive: true });
}

/** Returns the steps' checks as entry points for the bundler. */
export const checksOf = (folder: string): { out: string; in: string }[] =>
  stepIdsIn(folder).map((id) => ({ out: `course/${id}/check`, in: join(folder, id, 'check.ts') }));
