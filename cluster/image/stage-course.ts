// Stages the course: each step's text, rendered, its files, and its check as a program of its own that is loaded when it is wanted.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderStep } from '../../course/engine/render-step.ts';

/** A step is a folder: adding one is adding a folder. */
const stepsIn = (course: string): string[] =>
  readdirSync(join(course, 'steps'))
    .filter((name) => /^\d\d-/.test(name))
    .sort();

/** Entry points for the bundler. */
export const checksOf = (course: string): { out: string; in: string }[] =>
  stepsIn(course).map((id) => ({ out: `course/${id}/check`, in: join(course, 'steps', id, 'check.ts') }));

/** @param inputs files that went into the programs: what the image really holds */
export function stageCourse(course: string, target: string, inputs: string[]): void {
  mkdirSync(join(target, 'files'), { recursive: true });
  cpSync(join(course, 'files'), join(target, 'files'), { recursive: true });
  cpSync(join(course, '..', 'apps', 'dice', 'app.ts'), join(target, 'files', 'app.ts'));
  for (const id of stepsIn(course)) stageStep(join(course, 'steps', id), join(target, id), id);
  writeFileSync(join(target, 'instrumentations.json'), JSON.stringify(instrumentationsIn(inputs)));
}

function stageStep(source: string, target: string, id: string): void {
  mkdirSync(target, { recursive: true });
  writeFileSync(
    join(target, 'step.json'),
    JSON.stringify(renderStep(id, readFileSync(join(source, 'step.md'), 'utf8'))),
  );
  for (const folder of ['files', 'start']) {
    if (existsSync(join(source, folder))) cpSync(join(source, folder), join(target, folder), { recursive: true });
  }
}

/** What each library instruments, in a word or two that its description leaves out. */
const instruments: Record<string, string> = {
  express: 'express: routes and middleware',
  http: 'node:http and node:https: servers and clients',
  pino: 'pino: log lines',
  undici: 'undici and the built-in fetch: clients',
};

function instrumentationsIn(inputs: string[]): object[] {
  const folders = inputs.flatMap(
    (path) => /^(.*node_modules\/@opentelemetry\/instrumentation-([\w-]+))\//.exec(path) ?? [],
  );
  const packages = [...new Set(folders.filter((path) => /instrumentation-[\w-]+$/.test(path)))];
  return packages
    .map((folder) => {
      const { name, version, description } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
        'name' | 'version' | 'description',
        string
      >;
      const short = name.replace('@opentelemetry/instrumentation-', '');
      return { name, version, description: description.replaceAll('`', ''), for: instruments[short] ?? short };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}
