// Adds the routes of the guide's API for the course, the learner's files and the lab.
import { join } from 'node:path';
import { Router } from 'express';
import type { OpenCourse } from '../course-service.ts';
import { Faults } from '../lab/faults.ts';
import { Load } from '../lab/load.ts';
import type { Environment } from '../lab/environment.ts';
import { PodWatcher } from '../pods/watcher.ts';
import { courseApi } from './course.ts';
import { filesApi } from './files.ts';
import { jsonBody, sameOriginOnly } from './csrf.ts';
import { labApi } from './lab.ts';
import { runApi } from './run.ts';

/** Paths of the API that the guide does not trace. They read telemetry, or the guide writes their spans by hand. */
export const ignoredApiPaths = [
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
  readonly openCourse: OpenCourse;
  /** Folder in the guide's image that contains the rendered course. */
  readonly folder: string;
  readonly prizes: string;
  /** Is called with the error text when the guide can't switch faults in prizes. */
  readonly onTrouble: (trouble: string) => void;
}

export function apiOf(environment: Environment, { openCourse, folder, prizes, onTrouble }: ApiOptions): Router {
  const { release, kube, files, lab } = environment;
  const faults = kube && new Faults({ kube, release, onTrouble });
  faults?.watch();

  const router = Router();
  router.use(sameOriginOnly, jsonBody);
  router.use('/course', courseApi(openCourse({ environment, folder, prizes })));
  router.use('/files', filesApi(files));
  router.use('/run', runApi(kube && new PodWatcher(kube, release, lab)));
  router.use(
    labApi({ lab, load: new Load(lab.arcade), faults, instrumentations: join(folder, 'instrumentations.json') }),
  );
  return router;
}
