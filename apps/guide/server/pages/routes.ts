// Adds the routes of the guide's pages.
import type { Express, Response } from 'express';
import { recentTraces, traceFromJaeger } from '../../../../otlp/traces.ts';
import type { GuideSettings } from '../settings.ts';
import { coursePage } from './course.ts';
import { labPage } from './lab.ts';
import { missingTracePage, tracePage } from './trace.ts';
import { tracesPage } from './traces.ts';
import { whyPage } from './why.ts';

/**
 * The pages' Content Security Policy. It allows no inline code, and nothing from other sites.
 * @see https://www.w3.org/TR/CSP3/
 */
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

export function addPages(
  app: Express,
  { release, namespace, displayName, level, jaeger }: GuideSettings,
  hasUi: () => Promise<boolean>,
): void {
  app.get('/', (_request, response) => send(response, coursePage(`${namespace}/${release}`, displayName)));
  app.get('/lab', (_request, response) => send(response, labPage(level, displayName)));
  app.get('/why', (_request, response) => send(response, whyPage()));
  app.get('/traces', async (_request, response) =>
    send(response, tracesPage(await recentTraces(jaeger, 'arcade'), await hasUi())),
  );
  app.get('/traces/:id', async (request, response) => {
    const trace = await traceFromJaeger(jaeger, request.params.id);
    if (trace) return send(response, tracePage(trace, await hasUi()));
    send(response.status(404), missingTracePage(request.params.id));
  });
}

function send(response: Response, text: string): void {
  response.set({ 'content-security-policy': policy, 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
  response.type('html').send(text);
}
