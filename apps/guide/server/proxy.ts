// A reverse proxy, which serves the apps and Jaeger under the guide's own URL.
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express, Request, Response } from 'express';
import { createProxyServer } from 'http-proxy-3';
import type { ProxyServer } from 'http-proxy-3';
import { messageOf } from '../../../support/errors.ts';
import { injectContext, withServerSpan } from '../../telemetry/manual.ts';
import { rootOf } from './root-of.ts';
import { sandbox, sandboxedHeaders } from './sandbox.ts';
import type { Target } from './status.ts';

const settings = { xfwd: true, changeOrigin: true, agent: false, proxyTimeout: 30_000 } as const;

const jaegerProxy = createProxyServer(settings);
const appProxy = createProxyServer(settings);

interface AppLocals {
  /** The app's URL, without a path. */
  appUrl: string;
  /** Whether the app has begun to answer. */
  answered?: boolean;
}

/** Statuses that the guide passes on. Node's parser accepts others from an app, but its server can't send them. */
const isStatus = (status = 0): boolean => status >= 200 && status <= 599;

appProxy.on('proxyRes', (answer: IncomingMessage, request: IncomingMessage, response: ServerResponse) => {
  const { baseUrl: base, url: path } = request as Request;
  const { appUrl } = (response as Response<unknown, AppLocals>).locals;
  answer.headers = sandboxedHeaders(answer.headers, { base, url: appUrl, path, root: rootOf(request as Request) });
  answer.statusMessage = '';
  if (!isStatus(answer.statusCode)) answer.statusCode = 502;
  (response as Response<unknown, AppLocals>).locals.answered = true;
  // Without this, the browser would wait for the rest of an answer that has broken off.
  answer.once('close', () => {
    if (!answer.complete) response.destroy();
  });
});

// An app can't switch to another protocol, such as WebSocket.
appProxy.on('proxyReq', (asked: ClientRequest) => {
  asked.once('upgrade', (_answer, socket: Duplex) => {
    socket.destroy();
    asked.emit('error', new Error('a switch to another protocol'));
  });
});

/** Proxies each app below a path with the app's name. */
export function addAppProxies(app: Express, apps: Readonly<Record<string, string>>): void {
  for (const [name, url] of Object.entries(apps))
    app.use(
      `/apps/${name}`,
      withServerSpan(`/apps/${name}`, (request, response) => {
        sandbox(request, response);
        response.locals['appUrl'] = url;
        return proxyRequest(appProxy, request, response, { name, url });
      }),
    );
}

/** Proxies Jaeger. If this Jaeger has no UI, it redirects requests for Jaeger's pages to the guide's own pages. */
export function addJaegerProxy(app: Express, url: string, hasUi: () => Promise<boolean>): void {
  app.get(
    ['/jaeger/', '/jaeger/search', '/jaeger/trace/:id'],
    async (request: Request<{ id?: string }>, response, next) => {
      if (await hasUi()) return next();
      const { id } = request.params;
      response.redirect(`${rootOf(request)}traces${id === undefined ? '' : `/${id}`}`);
    },
  );
  app.use('/jaeger', (request, response) => {
    request.url = request.originalUrl;
    // Jaeger's pages have scripts of their own.
    response.set('content-security-policy', "frame-ancestors 'none'");
    return proxyRequest(jaegerProxy, request, response, { name: 'jaeger', url });
  });
}

/**
 * Forwards a request to `target` with `request.url` as its path. If the target does not answer, the proxy answers 502
 * and says why.
 */
function proxyRequest(proxy: ProxyServer, request: Request, response: Response, target: Target): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    proxy.web(request, response, { target: target.url, headers: injectContext() }, (error) => {
      if (response.headersSent || response.locals['answered']) return void response.destroy();
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
