// The portal's server: pages with which people get a seat, and a proxy to the guide of each seat. It keeps nothing that
// another replica does not know: seats and claims are in the API server.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import express from 'express';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import { IDLE_BROWSER_MS } from '../telemetry/listen.ts';
import { addHandOutRoutes } from './hand-out-routes.ts';
import { addHandOver, mayUpgradeHost, serveHost, upgradeHost } from './host-routes.ts';
import { addJoinRoutes } from './join-routes.ts';
import { isSameOrigin } from './origin.ts';
import { sendPage } from './pages/layout.ts';
import { badPath, foreignRequest, notFound } from './pages/refusals.ts';
import { partsOf } from './parts.ts';
import type { PortalOptions, PortalParts } from './parts.ts';
import { isSeatPath, mayUpgrade, serveSeat, upgradeSeat } from './seat-routes.ts';

/** Creates the portal's server. It doesn't listen yet. */
export function createPortal(options: PortalOptions): Server {
  const parts = partsOf(options);
  const app = pages(parts, options.assets);
  const { hosts } = parts;
  const hostOf = (request: IncomingMessage): string | undefined => hosts?.seatOf(request.headers.host);
  const shouldUpgradeCallback = (request: IncomingMessage): boolean =>
    hostOf(request) === undefined ? mayUpgrade(request) : mayUpgradeHost(request);
  const server = createServer({ shouldUpgradeCallback }, (request, response) => {
    const seat = hostOf(request);
    if (hosts && seat !== undefined)
      return void serveHost(request, response, { seat, hosts, parts, assets: app }).catch((error: unknown) =>
        failed(error, request, response, parts),
      );
    if (!isSeatPath(request.url)) return void app(request, response);
    void serveSeat(request, response, parts).catch((error: unknown) => failed(error, request, response, parts));
  });
  server.on('upgrade', (request, socket, head) => {
    const seat = hostOf(request);
    const upgraded =
      hosts && seat !== undefined
        ? upgradeHost(request, socket, head, { seat, hosts, parts })
        : upgradeSeat(request, socket, head, parts);
    void upgraded.catch(() => socket.destroy());
  });
  // A browser's idle connections end at the browser, so that no request meets a reset.
  server.keepAliveTimeout = IDLE_BROWSER_MS;
  server.once('close', () => parts.proxy.close());
  return server;
}

/** Creates the Express app of all paths that belong to the portal itself. */
function pages(parts: PortalParts, assets: string): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use('/assets', express.static(assets, { maxAge: '5m', index: false, setHeaders: assetHeaders }));
  app.use(ownFormsOnly(parts));
  app.use(express.urlencoded({ extended: false, limit: '8kb', parameterLimit: 10 }));
  addJoinRoutes(app, parts);
  addHandOutRoutes(app, parts);
  if (parts.hosts) addHandOver(app, parts, parts.hosts);
  app.use((_request, response) => sendPage(response, notFound()));
  app.use(pageErrors(parts));
  return app;
}

const assetHeaders = (response: ServerResponse): void => {
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('x-content-type-options', 'nosniff');
};

/** Refuses every change that no page of the portal asks for. */
const ownFormsOnly =
  ({ url }: PortalParts): RequestHandler =>
  ({ method, headers }, response, next) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(method) || isSameOrigin(headers, url)) return next();
    sendPage(response, foreignRequest(), { connection: 'close' });
  };

const pageErrors =
  (parts: PortalParts): ErrorRequestHandler =>
  (error: Error & { status?: number }, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error.status !== undefined && error.status < 500)
      return sendPage(response, { ...badPath(), status: error.status }, { connection: 'close' });
    failed(error, request, response, parts);
  };

function failed(error: unknown, { method }: IncomingMessage, response: ServerResponse, { log }: PortalParts): void {
  log?.warn({ err: error, method }, 'A request failed');
  if (response.headersSent) return void response.destroy();
  sendPage(response, { title: 'The portal has a problem', status: 500, content: 'Load the page again.' });
}
