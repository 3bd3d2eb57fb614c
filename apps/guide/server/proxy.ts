// The reverse proxy: the apps and Jaeger, under the guide's own URL.
import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import { createProxyServer } from 'http-proxy-3';
import { messageOf } from '../../../support/console.ts';
import { injectContext } from '../../telemetry/manual.ts';

const proxy = createProxyServer({ xfwd: true, changeOrigin: true, agent: false, proxyTimeout: 30_000 });

// An app that sends the browser to `/visit` knows nothing of the path it is under here.
proxy.on('proxyRes', (answer: IncomingMessage, request: IncomingMessage) => {
  const { location } = answer.headers;
  const { baseUrl = '' } = request as Partial<Request>;
  if (location?.startsWith('/') && baseUrl && !location.startsWith(baseUrl))
    answer.headers.location = baseUrl + location;
});

/**
 * Hands the request on to `target` and the answer back; what comes after the path the route is mounted at is kept.
 * A target that does not answer gives 502 with its name and the reason.
 */
export function proxyRequest(
  request: Request,
  response: Response,
  target: { name: string; url: string },
): Promise<void> {
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
