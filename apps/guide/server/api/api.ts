// The guide's HTTP API, put together.
import { join } from 'node:path';
import { Router } from 'express';
import type { OpenCourse } from '../course-service.ts';
import { Faults } from '../lab/faults.ts';
import { Load } from '../lab/load.ts';
import type { Environment } from '../lab/environment.ts';
import { PodWatcher } from '../pods/watcher.ts';
import { courseApi } from './course.ts';
import { filesApi } from './files.ts';
import { body, sameOriginOnly } from './csrf.ts';
import { labApi } from './lab.ts';
import { runApi } from './run.ts';

/** What of the API is about looking at telemetry, or makes it by itself: it must not be in the traces. */
export const ignoredPaths = [
  'course',
  'files',
  'run',
  'load',
  'faults',
  'why',
  'visit',
  'instrumentations',
  'traces',
  'status',
].map((name) => `/api/${name}`);

export interface ApiOptions {
  openCourse: OpenCourse;
  /** Where the rendered course is. */
  folder: string;
  prizes: string;
  say: (trouble: string) => void;
}

export function apiOf(environment: Environment, { openCourse, folder, prizes, say }: ApiOptions): Router {
  const { release, kube, files, lab } = environment;
  const faults = kube && new Faults({ kube, release, say });
  faults?.watch();

  const router = Router();
  router.use(sameOriginOnly, body);
  router.use('/course', courseApi(openCourse({ environment, folder, prizes })));
  router.use('/files', filesApi(files));
  router.use('/run', runApi(kube && new PodWatcher(kube, release)));
  router.use(
    labApi({ lab, load: new Load(lab.arcade), faults, instrumentations: join(folder, 'instrumentations.json') }),
  );
  return router;
}
