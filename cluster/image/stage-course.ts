// Stages the course for the image: the steps, the first versions of the learner's files, and a list of the
// instrumentation libraries in the image.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instrumentation } from '../../apps/guide/contract.ts';
import { stageSteps } from '../../course/engine/stage-steps.ts';

/** Copies the course to `target`. @param inputs the source files that the bundler has put into the programs */
export function stageCourse(course: string, target: string, inputs: string[]): void {
  mkdirSync(join(target, 'files'), { recursive: true });
  cpSync(join(course, 'files'), join(target, 'files'), { recursive: true });
  cpSync(join(course, '..', 'apps', 'dice', 'app.ts'), join(target, 'files', 'app.ts'));
  stageSteps(join(course, 'steps'), target);
  writeFileSync(join(target, 'instrumentations.json'), JSON.stringify(instrumentationsIn(inputs)));
}

/** What each instrumentation library instruments, if the library's own description does not name it. */
const instruments: Record<string, string> = {
  express: 'express: routes and middleware',
  http: 'node:http and node:https: servers and clients',
  pino: 'pino: log lines',
  undici: 'undici and the built-in fetch: clients',
};

function instrumentationsIn(inputs: string[]): Instrumentation[] {
  const folders = inputs.flatMap(
    (path) => /^(.*node_modules\/@opentelemetry\/instrumentation-[\w-]+)\//.exec(path)?.[1] ?? [],
  );
  return [...new Set(folders)].map(instrumentationIn).sort((a, b) => a.name.localeCompare(b.name));
}

function instrumentationIn(folder: string): Instrumentation {
  const { name, version, description } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    'name' | 'version' | 'description',
    string
  >;
  const short = name.replace('@opentelemetry/instrumentation-', '');
  return { name, version, description: description.replaceAll('`', ''), for: instruments[short] ?? short };
}
