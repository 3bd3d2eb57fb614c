// Lets a request for a shell through the same middleware as every other request: the portal's token, the host, the
// login and the role. Node keeps requests for a WebSocket apart, so each check would otherwise have to be made twice.
import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Express, Request, Response } from 'express';
import type { ExecConnection } from '../../../../kubernetes/exec.ts';
import type { Upgrades } from '../../../telemetry/listen.ts';
import { suppressTracing } from '../suppress-tracing.ts';

/** The path that becomes a WebSocket. All other requests are answered as if they had no header Upgrade. */
export const SHELL_PATH = '/api/terminal/shell';

const heads = new WeakMap<IncomingMessage, Buffer>();

export const shellUpgrades = (app: Express): Upgrades => ({
  mayUpgrade: ({ method, url, headers }) =>
    method === 'GET' && url === SHELL_PATH && headers.upgrade?.toLowerCase() === 'websocket',
  accept: (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Socket);
    response.once('finish', () => socket.end());
    heads.set(request, head);
    suppressTracing(() => void app(request as Request, response as Response));
  },
});

/** Whether a request has come as a request for a WebSocket. */
export const isUpgrade = (request: IncomingMessage): boolean => heads.has(request);

/** Switches to WebSocket, with the headers that the API server has answered. @returns the browser's socket */
export function switchProtocols(request: IncomingMessage, response: ServerResponse, shell: ExecConnection): Duplex {
  const { socket } = request;
  response.detachSocket(socket);
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'upgrade: websocket',
    'connection: Upgrade',
    `sec-websocket-accept: ${shell.accept}`,
    `sec-websocket-protocol: ${shell.protocol}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  socket.write(shell.head);
  socket.setNoDelay(true).setTimeout(0);
  const head = heads.get(request);
  if (head && head.length > 0) socket.unshift(head);
  return socket;
}
