// The guide's HTTP API, put together.
import { join } from 'node:path';
import { Router } from 'express';
import { Course } from '../course/engine/course.ts';
import { Steps } from '../course/engine/steps.ts';
import { Faults } from '../lab/faults.ts';
import { Load } from '../lab/load.ts';
import type { Surroundings } from '../lab/surroundings.ts';
import { Progress } from '../own/progress.ts';
import { RunWatcher } from '../run/watcher.ts';
import { courseApi } from './course.ts';
import { filesApi } from './files.ts';
import { body, ownRequestsOnly } from './guard.ts';
import { labApi } from './lab.ts';
import { runApi } from './run.ts';

/** What of the API is about looking at telemetry, or makes it by itself: it must not be in the traces. */
export const untraced = [
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
  /** Where the rendered course is. */
  folder: string;
  prizes: string;
  say: (trouble: string) => void;
}

export function apiOf(
  { release, namespace, kube, files, key, lab }: Surroundings,
  { folder, prizes, say }: ApiOptions,
): Router {
  const steps = new Steps(folder, { RELEASE: release, NAMESPACE: namespace, PRIZES_URL: prizes });
  const progress = new Progress({ release, steps: steps.ids, ...(key ? { key } : {}), ...(kube ? { kube } : {}) });
  const faults = kube && new Faults({ kube, release, say });
  faults?.watch();

  const router = Router();
  router.use(ownRequestsOnly, body);
  router.use('/course', courseApi(new Course({ steps, progress, lab, files })));
  router.use('/files', filesApi(files));
  router.use('/run', runApi(kube && new RunWatcher(kube, release)));
  router.use(
    labApi({ lab, load: new Load(lab.arcade), faults, instrumentations: join(folder, 'instrumentations.json') }),
  );
  return router;
}
