// The guide's server, which serves the pages, the API, the apps and Jaeger at one URL.
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import type { Express } from 'express';
import { LOGIN_PATH } from '../../../lab/names.ts';
import { PORTS } from '../../../lab/ports.ts';
import { portFromEnv } from '../../../support/env.ts';
import { fatal } from '../../../support/output.ts';
import { ignorePaths } from '../../telemetry/ignored-paths.ts';
import { IDLE_BROWSER_MS, listen } from '../../telemetry/listen.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { allowedHostsOnly, namesIn } from './allowed-hosts.ts';
import { apiOf, ignoredApiPaths } from './api/api.ts';
import { isFromOwnPage, sameOriginOnly } from './api/csrf.ts';
import { apiErrors, loggedErrors } from './api/errors.ts';
import { addExploreApi } from './api/explore.ts';
import { addRoundsApi } from './api/rounds.ts';
import { addStatusApi, addTraceApi } from './api/traces.ts';
import type { CourseService, OpenCourse } from './course-service.ts';
import { compressedOnly } from './assets.ts';
import { environmentOf } from './lab/environment.ts';
import type { Environment } from './lab/environment.ts';
import { addLogin } from './login.ts';
import { addPages } from './pages/routes.ts';
import { instructorsOnlyRead, recognizePortal } from './portal.ts';
import { addAppProxies, addJaegerProxy } from './proxy.ts';
import { assetHeaders, ownAnswers, refuseServiceWorkers } from './sandbox.ts';
import { settingsFromEnv } from './settings.ts';
import type { GuideSettings } from './settings.ts';
import { Sidecars } from './sidecars.ts';
import { receiverFor, receiverPaths } from './telemetry/receiver.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { jaegerUi } from './status.ts';
import { shellUpgrades } from './terminal/upgrade.ts';
import { waitForBackends } from './wait-for-backends.ts';

type Logger = ReturnType<typeof createLogger>;

const untraced = [LOGIN_PATH, '/jaeger', '/assets', '/explore', '/learnt', '/learnt.md', '/traces', '/favicon.ico'];

/**
 * Starts the guide's server, which runs until the process ends.
 * @param openCourse returns the course that the server serves under /api/course
 */
export async function startGuide(openCourse: OpenCourse): Promise<void> {
  const settings = settingsFromEnv();
  const log = createLogger();
  // A page that reads traces must not make any. The URL of a login has the key in it.
  ignorePaths([...untraced, ...ignoredApiPaths, ...receiverPaths]);
  const environment = environmentOf();
  const app = guideApp({ settings, environment, openCourse, log });
  receiveTelemetry(environment.lab.telemetry);
  const missing = await waitForBackends(settings.backends, settings.patience);
  if (missing.length > 0) log.warn({ missing }, 'the guide opens, but some parts do not answer');
  listen(app, portFromEnv('PORT', 8080), () => log.info('the guide is open'), {
    idle: IDLE_BROWSER_MS,
    upgrades: shellUpgrades(app),
  });
}

/** Opens the receiver for metrics and logs, if the chart names its port. */
function receiveTelemetry(telemetry: Telemetry | undefined): void {
  if (!telemetry?.isReceiving) return;
  const port = portFromEnv('OTLP_PORT', PORTS.otlpHttp);
  receiverFor(telemetry)
    .once('error', ({ message }) =>
      fatal(new Error(`expected to listen on port ${port}, found ${message}. Set OTLP_PORT to a free port.`)),
    )
    .listen(port);
}

/** Adds every route to the Express app itself, because instrumentation would make an extra span for a nested router. */
function guideApp({ settings, environment, openCourse, log }: AppParts): Express {
  const { apps, jaeger, jaegerUrl, release, namespace } = settings;
  const hasUi = jaegerUi(jaeger);
  const course = openCourse({ environment, folder: courseFolder, prizes: apps.prizes });
  const app = express();
  app.disable('x-powered-by');
  app.use(recognizePortal({ keyFile: settings.portalKeyFile, seat: namespace, uid: settings.seatUid }));
  app.use(allowedHostsOnly([`${release}-guide.${namespace}`, ...namesIn(settings.allowedHosts)]));
  app.use(refuseServiceWorkers, ownAnswers);
  app.use(
    '/assets',
    compressedOnly,
    express.static(join(import.meta.dirname, 'public'), { maxAge: '5m', redirect: false, setHeaders }),
  );
  addLogin(app, loginOptions(settings, environment, log));
  app.use(instructorsOnlyRead);
  addPages(app, { settings, course, hasUi });
  addTraceApi(app, jaeger);
  addExploreApi(app, { jaeger, keeps: settings.jaegerKeeps, telemetry: environment.lab.telemetry });
  addStatusApi(app, settings, hasUi);
  addRoundsApi(app, { arcade: apps.arcade, log, ownPagesOnly: ownPagesOnly(settings) });
  app.use('/api', courseAndLabApi({ settings, environment, course, log }));
  addAppProxies(app, apps);
  addJaegerProxy(app, jaegerUrl, hasUi);
  app.use(apiErrors, loggedErrors(log));
  return app;
}

const setHeaders = (response: ServerResponse, path: string): void =>
  Object.entries(assetHeaders(path)).forEach(([name, value]) => response.setHeader(name, value));

function loginOptions({ release, namespace, seatUid, pod }: GuideSettings, { kube, token }: Environment, log: Logger) {
  const sidecars = new Sidecars({ kube, release, pod, log });
  void sidecars.isAlone();
  return { release, namespace, token, isSeat: seatUid !== '', trustsLoopback: () => sidecars.isAlone() };
}

interface AppParts {
  readonly settings: GuideSettings;
  readonly environment: Environment;
  readonly openCourse: OpenCourse;
  readonly log: Logger;
}

interface ApiParts extends Omit<AppParts, 'openCourse'> {
  readonly course: CourseService;
}

const ownPagesOnly = ({ allowedHosts }: GuideSettings) => sameOriginOnly(namesIn(allowedHosts));

const courseFolder = join(import.meta.dirname, 'course');

const courseAndLabApi = ({ settings, environment, course, log }: ApiParts) =>
  apiOf(environment, {
    course,
    folder: courseFolder,
    ownPagesOnly: ownPagesOnly(settings),
    terminal: {
      settings: settings.terminal,
      guidePod: settings.pod,
      isFromOwnPage: (request) => isFromOwnPage(request, namesIn(settings.allowedHosts)),
      onTrouble: (error) => log.warn({ err: error }, 'the pod of the terminal could not be removed'),
    },
    onTrouble: (trouble) => log.warn({ trouble }, 'the faults could not be switched'),
  });
