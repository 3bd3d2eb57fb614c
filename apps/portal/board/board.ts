// The board's server. It has a port, and so an origin, of its own: no page of a seat can read it or act in it.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import express from 'express';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import { assetHeaders } from '../../guide/server/sandbox.ts';
import { IDLE_BROWSER_MS } from '../../telemetry/listen.ts';
import { isSeatPath, mayUpgrade } from '../seat-routes.ts';
import { serveLookIn, upgradeLookIn } from './look-in.ts';
import { isEmbeddedElsewhere, isFromBoard } from './origin.ts';
import { boardParts } from './parts.ts';
import type { BoardOptions, BoardParts } from './parts.ts';
import { BOARD_HEADERS, sendJson, sendMessage } from './responses.ts';
import { addBoardRoutes } from './routes.ts';
import { boardState, screenState } from './state.ts';
import { Streams } from './streams.ts';

/** Creates the board's server. It doesn't listen yet. */
export function createBoard(options: BoardOptions): Server {
  const parts = boardParts(options);
  const streams = new Streams({
    ...options.streams,
    classes: options.classes,
    onAnswer: (listener) => void options.polls.onChange(listener),
    state: ({ kind, workshop, portalUrl }) => {
      const input = parts.inputOf(workshop, portalUrl);
      return input && (kind === 'board' ? boardState(input) : screenState(input));
    },
  });
  const stop = options.ended.cache.onChange(() => {
    streams.endInvalid();
    parts.visits.endInvalid();
  });
  const app = pages(parts, streams, options.assets.board);
  const guideAssets = express.static(options.assets.guide, { maxAge: '5m', redirect: false, index: false, setHeaders });
  const server = createServer({ shouldUpgradeCallback: mayUpgrade }, (request, response) => {
    if (!isSeatPath(request.url)) return void app(request, response);
    void serveLookIn(request, response, parts, guideAssets).catch((error: unknown) =>
      failed(error, request, response, parts),
    );
  });
  server.on('upgrade', (request, socket, head) => {
    void upgradeLookIn(request, socket, head, parts).catch(() => socket.destroy());
  });
  server.keepAliveTimeout = IDLE_BROWSER_MS;
  server.once('close', () => {
    stop();
    streams.close();
    parts.visits.close();
    parts.proxy.close();
  });
  return server;
}

const setHeaders = (response: ServerResponse, path: string): void =>
  Object.entries(assetHeaders(path)).forEach(([name, value]) => response.setHeader(name, value));

/** Creates the Express app of all paths that belong to the board itself. */
function pages(parts: BoardParts, streams: Streams, assets: string): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(fromOwnOrigin(parts));
  app.use('/assets', express.static(assets, { maxAge: '5m', index: false, redirect: false, setHeaders }));
  app.use(express.urlencoded({ extended: false, limit: '8kb', parameterLimit: 10 }));
  app.use(express.json({ limit: '16kb' }));
  addBoardRoutes(app, { parts, streams });
  app.use((_request, response) =>
    sendMessage(response, { status: 404, title: 'No such page', text: 'Check the address, or go to the board.' }),
  );
  app.use(errors(parts));
  return app;
}

/** Refuses changes that no page of the board asks for, and lets no other origin load anything. */
const fromOwnOrigin =
  ({ url }: BoardParts): RequestHandler =>
  ({ method, headers }, response, next) => {
    const isReading = ['GET', 'HEAD'].includes(method);
    if (isReading ? !isEmbeddedElsewhere(headers, url) : isFromBoard(headers, url)) return next();
    response.setHeader('connection', 'close');
    const error =
      'expected a request from a page of the board, found one from elsewhere. If this is the board’s own page, set ' +
      'portal.boardUrl to the address in the browser.';
    sendJson(response, { error }, 403);
  };

const errors =
  (parts: BoardParts): ErrorRequestHandler =>
  (error: Error & { status?: number }, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error.status === undefined || error.status >= 500) return failed(error, request, response, parts);
    response.setHeader('connection', 'close');
    sendJson(
      response,
      { error: 'expected a smaller or valid request, found another one. Reload the page.' },
      error.status,
    );
  };

function failed(error: unknown, { method }: IncomingMessage, response: ServerResponse, { log }: BoardParts): void {
  log?.warn({ err: error, method }, 'A request to the board failed');
  if (response.headersSent) return void response.destroy();
  response.writeHead(500, { ...BOARD_HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  response.end('The board has a problem. Load the page again.\n');
}
