// Adds the routes of the guide's pages.
import type { Express, Request, Response } from 'express';
import { recentTraces, traceFromJaeger, traceIdIn } from '../../../../otlp/traces.ts';
import type { CourseService } from '../course-service.ts';
import { mayOpenTerminal, portalOf } from '../portal.ts';
import { rootOf } from '../root-of.ts';
import type { GuideSettings } from '../settings.ts';
import { learntBy } from '../learnt.ts';
import { learntText } from '../learnt-text.ts';
import { coursePage } from './course.ts';
import { explorePage } from './explore.ts';
import { jaegerPage } from './jaeger.ts';
import { labPage } from './lab.ts';
import type { Viewer } from './layout.ts';
import { learntPage } from './learnt.ts';
import type { JaegerPages } from './parts.ts';
import { sendPage } from './send-page.ts';
import { missingTracePage, noTraceIdPage, tracePage } from './trace.ts';
import { tracesPage } from './traces.ts';
import { whyPage } from './why.ts';

/** Pages that are there without a slash at the end only, so that the relative URLs in them are right. */
const WITH_SLASH = /^\/(explore|lab|learnt|why|traces)\/$/;

export interface PageSources {
  readonly settings: GuideSettings;
  readonly course: CourseService;
  /** Whether Jaeger has its pages. */
  readonly hasUi: () => Promise<boolean>;
}

export function addPages(app: Express, { settings, course, hasUi }: PageSources): void {
  const { release, namespace, level } = settings;
  const lab = `${namespace}/${release}`;
  const viewer = (response: Response) => viewerOf(response, settings);
  app.get(WITH_SLASH, ({ path }, response) => response.redirect(308, `..${path.slice(0, -1)}`));
  app.get('/', (_request, response) => {
    const hasTerminal = settings.terminal !== undefined && mayOpenTerminal(response);
    sendPage(response, coursePage(lab, viewer(response), hasTerminal));
  });
  app.get('/explore', (_request, response) => sendPage(response, explorePage(lab, viewer(response))));
  app.get('/lab', (_request, response) => sendPage(response, labPage(level, viewer(response))));
  app.get('/why', (_request, response) => sendPage(response, whyPage(viewer(response))));
  addLearntPage(app, settings, course);
  addTracePages(app, settings, hasUi);
  addJaegerPage(app, settings);
}

/** Adds the last page of the course, and the same as plain text. */
function addLearntPage(app: Express, settings: GuideSettings, course: CourseService): void {
  const learnt = () => learntBy({ course, jaeger: settings.jaeger });
  app.get('/learnt', async (_request, response) =>
    sendPage(response, learntPage(await learnt(), viewerOf(response, settings))),
  );
  app.get('/learnt.md', async (_request, response) => {
    const text = learntText(await learnt());
    response.set({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }).type('text/plain').send(text);
  });
}

function addTracePages(app: Express, settings: GuideSettings, hasUi: () => Promise<boolean>): void {
  const { jaeger } = settings;
  const jaegerPages = async (response: Response): Promise<JaegerPages> => {
    if (portalOf(response)) return 'elsewhere';
    return (await hasUi()) ? 'here' : 'none';
  };
  app.get('/traces', async (_request, response) => {
    const traces = await recentTraces(jaeger, 'arcade');
    sendPage(response, tracesPage(traces, await jaegerPages(response), viewerOf(response, settings)));
  });
  app.get('/traces/:id', async (request: Request<{ id: string }>, response) => {
    const options = { root: rootOf(request), viewer: viewerOf(response, settings) };
    const id = traceIdIn(request.params.id);
    if (id === undefined) return sendPage(response.status(404), noTraceIdPage(request.params.id, options));
    const trace = await traceFromJaeger(jaeger, id);
    if (trace) return sendPage(response, tracePage(trace, await jaegerPages(response), options));
    sendPage(response.status(404), missingTracePage(id, options));
  });
}

/**
 * Adds a page in place of Jaeger's own pages for people who come through the portal. Jaeger knows one base path only,
 * and its pages would run at the portal's origin. A link to a trace leads to the guide's own page of it.
 */
function addJaegerPage(app: Express, settings: GuideSettings): void {
  const { release, namespace } = settings;
  app.use('/jaeger', (request, response, next) => {
    if (!portalOf(response)) return next();
    const root = rootOf(request);
    const id = traceIdIn(/^\/trace\/([^/]+)$/.exec(request.path)?.[1] ?? '');
    if (id !== undefined) return response.redirect(`${root}traces/${id}`);
    const viewer = viewerOf(response, settings);
    sendPage(response, jaegerPage({ viewer, root, service: `${release}-guide`, namespace }));
  });
}

/** The portal knows what to call a person, who may have chosen the name. An instructor sees the name of the learner. */
function viewerOf(response: Response, { displayName }: GuideSettings): Viewer {
  const portal = portalOf(response);
  return { owner: portal?.role === 'learner' ? portal.name : displayName, portal: portal?.role };
}
