// The front door: one URL for the pages of this workshop, the apps, their traces and Jaeger.
import { join } from 'node:path';
import express from 'express';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { fromEnv, portFromEnv, urlFromEnv } from '../../../support/env.ts';
import { call } from '../../../support/http.ts';
import { listen } from '../../telemetry/listen.ts';
import { messageOf } from '../../../support/console.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { injectContext, withServerSpan } from '../../telemetry/manual.ts';
import { ignorePaths } from '../../telemetry/ignored-paths.ts';
import { apiOf, ignoredPaths } from './api/api.ts';
import { failed, sameOriginOnly } from './api/csrf.ts';
import { namesIn, allowedHostsOnly } from './allowed-hosts.ts';
import type { OpenCourse } from './course-service.ts';
import { environmentOf } from './lab/environment.ts';
import { waitForBackends } from './wait-for-backends.ts';
import { coursePage } from './pages/course.ts';
import { labPage } from './pages/lab.ts';
import { missingTracePage, tracePage } from './pages/trace.ts';
import { tracesPage } from './pages/traces.ts';
import { whyPage } from './pages/why.ts';
import { proxyRequest } from './proxy.ts';
import { jaegerUi, statusOf } from './status.ts';
import { recentTraces, traceFromJaeger } from '../../../otlp/traces.ts';

/** Nothing from elsewhere, nothing inline. https://www.w3.org/TR/CSP3/ */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

function page(response: Response, text: string): void {
  response.set({ 'content-security-policy': policy, 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
  response.type('html').send(text);
}

/** Serves the guide until the process ends. @param openCourse what answers under /api/course */
export async function startGuide(openCourse: OpenCourse): Promise<void> {
  const apps = {
    arcade: urlFromEnv('ARCADE_URL'),
    dice: urlFromEnv('DICE_URL'),
    prizes: urlFromEnv('PRIZES_URL'),
    ...(process.env.FLASK_ENABLED === 'true' ? { flask: urlFromEnv('FLASK_URL') } : {}),
  };
  const jaegerUrl = urlFromEnv('JAEGER_URL');
  const jaeger = jaegerUrl + fromEnv('JAEGER_BASE_PATH');
  const level = process.env.INSTRUMENTATION ?? 'none';
  const collector = process.env.OTEL_EXPORTER_OTLP_ENDPOINT;

  const parts = Object.entries({ ...apps, jaeger: jaegerUrl, ...(collector ? { collector } : {}) }).map(
    ([name, url]) => ({ name, url }),
  );
  const patience = Number(process.env.OPEN_WITHIN_MS ?? 20_000);

  const log = createLogger();
  const app = express();
  const hasUi = jaegerUi(jaeger);

  // Looking at traces must not make any.
  ignorePaths(['/jaeger', '/assets', '/traces', '/favicon.ico', ...ignoredPaths]);

  app.disable('x-powered-by');
  app.use(
    allowedHostsOnly([
      `${process.env.RELEASE}-guide.${process.env.POD_NAMESPACE}`,
      ...namesIn(process.env.ALLOWED_HOSTS),
    ]),
  );
  app.use('/assets', express.static(join(import.meta.dirname, 'public'), { maxAge: '5m' }));

  app.get('/', (_request, response) =>
    page(response, coursePage(`${process.env.POD_NAMESPACE ?? ''}/${process.env.RELEASE ?? ''}`)),
  );
  app.get('/lab', (_request, response) => page(response, labPage(level)));
  app.get('/why', (_request, response) => page(response, whyPage()));

  app.get('/traces', async (_request, response) => {
    page(response, tracesPage(await recentTraces(jaeger, 'arcade'), await hasUi()));
  });

  app.get('/traces/:id', async (request, response) => {
    const trace = await traceFromJaeger(jaeger, request.params.id);
    if (trace) return page(response, tracePage(trace, await hasUi()));
    page(response.status(404), missingTracePage(request.params.id));
  });

  app.get('/api/traces/:id', async (request, response) => {
    if (!/^[0-9a-f]{32}$/.test(request.params.id))
      return void response.status(400).json({ error: 'expected a trace id: 32 hexadecimal digits' });
    const trace = await traceFromJaeger(jaeger, request.params.id);
    // A page that waits for a trace asks so: nothing is wrong yet, and a browser's console need not speak of it.
    if (!trace && request.query.absent === '204') return void response.status(204).end();
    if (!trace)
      return void response.status(404).json({ error: `expected trace ${request.params.id} in Jaeger, found none` });
    const { traceId, services, start, duration, roots } = trace;
    response.json({ traceId, services, start, duration, roots });
  });

  app.get('/api/status', async (_request, response) => {
    response.json({ instrumentation: level, jaegerUi: await hasUi(), parts: await statusOf(parts) });
  });

  app.post(
    '/api/rounds',
    sameOriginOnly,
    withServerSpan('/api/rounds', async (request, response) => {
      const player = typeof request.query.player === 'string' ? request.query.player : 'you';
      const headers = injectContext({ 'user-agent': request.get('user-agent') ?? 'unknown' });
      const answer = await call(`${apps.arcade}/play?player=${encodeURIComponent(player)}`, {
        headers,
        signal: AbortSignal.timeout(10_000),
      });
      log.info({ player, status: answer.status }, 'a round was asked for');
      response.status(answer.status).type('json').send(answer.body);
    }),
  );

  app.use(
    '/api',
    apiOf(environmentOf(), {
      openCourse,
      folder: join(import.meta.dirname, 'course'),
      prizes: apps.prizes,
      say: (trouble) => log.warn({ trouble }, 'faults are not switched'),
    }),
  );
  app.use(
    '/api',
    (request, response) =>
      void response
        .status(404)
        .json({ error: `expected a path of the API, found ${request.method} /api${request.path}` }),
  );

  for (const [name, url] of Object.entries(apps)) {
    app.use(
      `/apps/${name}`,
      withServerSpan(`/apps/${name}`, (request, response) => proxyRequest(request, response, { name, url })),
    );
  }

  /** Where Jaeger has no UI, its pages are the guide's own. */
  app.get(
    ['/jaeger/', '/jaeger/search', '/jaeger/trace/:id'],
    async (request: Request<{ id?: string }>, response, next) => {
      if (await hasUi()) return next();
      response.redirect(request.params.id ? `/traces/${request.params.id}` : '/traces');
    },
  );
  app.use('/jaeger', (request, response) => {
    request.url = request.originalUrl;
    return proxyRequest(request, response, { name: 'jaeger', url: jaegerUrl });
  });

  const fail: ErrorRequestHandler = (error: Error, _request, response, next) => {
    log.error({ err: error }, 'request failed');
    if (response.headersSent) return next(error);
    response.status(502).json({ error: messageOf(error) });
  };
  app.use(failed, fail);

  const missing = await waitForBackends(parts, patience);
  if (missing.length > 0) log.warn({ missing }, 'open, though not every part answers');
  listen(app, portFromEnv('PORT', 8080), () => log.info('the guide is open'));
}
