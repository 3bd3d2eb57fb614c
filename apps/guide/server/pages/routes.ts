// Adds the routes of the guide's pages.
import type { Express } from 'express';
import { recentTraces, traceFromJaeger, traceIdIn } from '../../../../otlp/traces.ts';
import type { GuideSettings } from '../settings.ts';
import { coursePage } from './course.ts';
import { explorePage } from './explore.ts';
import { labPage } from './lab.ts';
import { sendPage } from './send-page.ts';
import { missingTracePage, noTraceIdPage, tracePage } from './trace.ts';
import { tracesPage } from './traces.ts';
import { whyPage } from './why.ts';

export function addPages(
  app: Express,
  { release, namespace, displayName, level, jaeger }: GuideSettings,
  hasUi: () => Promise<boolean>,
): void {
  app.get('/', (_request, response) => sendPage(response, coursePage(`${namespace}/${release}`, displayName)));
  app.get('/explore', (_request, response) => sendPage(response, explorePage(`${namespace}/${release}`, displayName)));
  app.get('/lab', (_request, response) => sendPage(response, labPage(level, displayName)));
  app.get('/why', (_request, response) => sendPage(response, whyPage()));
  app.get('/traces', async (_request, response) =>
    sendPage(response, tracesPage(await recentTraces(jaeger, 'arcade'), await hasUi())),
  );
  app.get('/traces/:id', async (request, response) => {
    const id = traceIdIn(request.params.id);
    if (id === undefined) return sendPage(response.status(404), noTraceIdPage(request.params.id));
    const trace = await traceFromJaeger(jaeger, id);
    if (trace) return sendPage(response, tracePage(trace, await hasUi()));
    sendPage(response.status(404), missingTracePage(id));
  });
}
