// Stages the steps for the image: renders each text and copies each step's files. The bundler adds the checks.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderStep } from './render-step.ts';
import { stepIdsIn } from './step-folders.ts';

/** @param folder the steps' sources @param target where `Steps` reads them */
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

/** Entry points of the steps' checks, for the bundler. */
export const checksOf = (folder: string): { out: string; in: string }[] =>
  stepIdsIn(folder).map((id) => ({ out: `course/${id}/check`, in: join(folder, id, 'check.ts') }));
