// A reverse proxy, which serves the apps and Jaeger under the guide's own URL.
import type { IncomingMessage } from 'node:http';
import type { Express, Request, Response } from 'express';
import { createProxyServer } from 'http-proxy-3';
import { messageOf } from '../../../support/errors.ts';
import { injectContext, withServerSpan } from '../../telemetry/manual.ts';
import type { Target } from './status.ts';

const proxy = createProxyServer({ xfwd: true, changeOrigin: true, agent: false, proxyTimeout: 30_000 });

// An app redirects to `/visit`, because it does not know its path under the guide.
proxy.on('proxyRes', (answer: IncomingMessage, request: IncomingMessage) => {
  const { location } = answer.headers;
  const { baseUrl = '' } = request as Partial<Request>;
  if (location?.startsWith('/') && baseUrl && !location.startsWith(baseUrl))
    answer.headers.location = baseUrl + location;
});

/** Proxies each app below a path with the app's name. */
export function addAppProxies(app: Express, apps: Readonly<Record<string, string>>): void {
  for (const [name, url] of Object.entries(apps))
    app.use(
      `/apps/${name}`,
      withServerSpan(`/apps/${name}`, (request, response) => proxyRequest(request, response, { name, url })),
    );
}

/** Proxies Jaeger. If this Jaeger has no UI, it redirects requests for Jaeger's pages to the guide's own pages. */
export function addJaegerProxy(app: Express, url: string, hasUi: () => Promise<boolean>): void {
  app.get(
    ['/jaeger/', '/jaeger/search', '/jaeger/trace/:id'],
    async (request: Request<{ id?: string }>, response, next) => {
      if (await hasUi()) return next();
      response.redirect(request.params.id ? `/traces/${request.params.id}` : '/traces');
    },
  );
  app.use('/jaeger', (request, response) => {
    request.url = request.originalUrl;
    return proxyRequest(request, response, { name: 'jaeger', url });
  });
}

/**
 * Forwards a request to `target` with `request.url` as its path. If the target does not answer, the proxy answers 502
 * and says why.
 */
function proxyRequest(request: Request, response: Response, target: Target): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    proxy.web(request, response, { target: target.url, headers: injectContext() }, (error) => {
      if (response.headersSent) return void response.destroy();
      response
        .status(502)
        .type('text')
        .send(`expected ${target.name} to answer, found: ${reason(error)}\n`);
    });
  });
}

function reason(error: Error): string {
  return messageOf(error) || ('code' in error ? String(error.code) : 'no connection');
}
