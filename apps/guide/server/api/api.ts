// Adds the routes of the guide's API for the course, the learner's files and the lab.
import { join } from 'node:path';
import { Router } from 'express';
import type { RequestHandler } from 'express';
import type { CourseService } from '../course-service.ts';
import { Faults } from '../lab/faults.ts';
import { Load } from '../lab/load.ts';
import type { Environment } from '../lab/environment.ts';
import { NewestLosses } from '../lab/losses.ts';
import type { Kube } from '../kube.ts';
import { LiveRequirements } from '../live-requirements.ts';
import { PodWatcher } from '../pods/watcher.ts';
import { courseApi } from './course.ts';
import { exportApi } from './export.ts';
import { filesApi } from './files.ts';
import { jsonBody } from './csrf.ts';
import { labApi } from './lab.ts';
import { qualityApi } from './quality.ts';
import { runApi } from './run.ts';
import { telemetryApi } from './telemetry.ts';
import { terminalApi } from './terminal.ts';
import type { TerminalApiOptions } from './terminal.ts';
import { sharedVersions } from '../shared-versions.ts';

/** Paths of the API that the guide does not trace. They read telemetry, or the guide writes their spans by hand. */
export const ignoredApiPaths = [
  'course',
  'export',
  'files',
  'run',
  'load',
  'faults',
  'why',
  'visit',
  'instrumentations',
  'traces',
  'explore',
  'status',
  'charts',
  'metrics',
  'quality',
  'logs',
  'terminal',
].map((name) => `/api/${name}`);

export interface ApiOptions {
  readonly course: CourseService;
  /** Folder in the guide's image that contains the rendered course. */
  readonly folder: string;
  /** Is called with the error text when the guide can't switch faults in prizes. */
  readonly onTrouble: (trouble: string) => void;
  /** Refuses a request that another site may have sent. */
  readonly ownPagesOnly: RequestHandler;
  readonly terminal: Omit<TerminalApiOptions, 'kube'>;
}

/** Ends the extra rounds, and the faults unless the instructor has set them. */
async function resetLab(load: Load, faults: Faults | undefined): Promise<void> {
  load.set(0);
  await faults?.clear();
}

const watcherOf = (kube: Kube, { release, lab, load }: Environment & { readonly load: Load }): PodWatcher =>
  new PodWatcher(kube, release, { ...lab, versions: () => sharedVersions(kube, release, load.perMinute) });

export function apiOf(environment: Environment, options: ApiOptions): Router {
  const { course, folder, onTrouble, ownPagesOnly, terminal } = options;
  const { release, kube, files, lab } = environment;
  const faults = kube && new Faults({ kube, release, onTrouble });
  faults?.watch();

  const load = new Load(lab.arcade);
  const live = new LiveRequirements({ course, version: async () => (await files?.read())?.version });

  const router = Router();
  router.use(ownPagesOnly, jsonBody);
  router.use(
    '/course',
    courseApi(course, () => resetLab(load, faults)),
  );
  router.get('/export', exportApi(course, environment));
  router.use('/files', filesApi(files, lab.outdated));
  router.use('/terminal', terminalApi({ ...terminal, kube }));
  router.use('/run', runApi(kube && watcherOf(kube, { ...environment, load }), live));
  router.use('/quality', qualityApi(lab));
  if (lab.telemetry) router.use(telemetryApi({ telemetry: lab.telemetry, losses: new NewestLosses(lab) }));
  router.use(labApi({ lab, load, live, faults, instrumentations: join(folder, 'instrumentations.json') }));
  return router;
}
