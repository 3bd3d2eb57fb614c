// The probes' own little server: /healthz (alive) and /readyz (can do its job), and what a component
// obeys (commands.ts). Never traced, the same at every level.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { answerCommand, commandAt } from './commands.ts';
import { readiness } from './readiness.ts';

/** Listens on `healthPort`; `port` is where the component itself is expected to listen. */
export function startHealthServer(healthPort: number, port: number): Server {
  const server = createServer((request, response) => {
    const command = request.method === 'PUT' ? commandAt(request.url) : undefined;
    if (command) return void answerCommand(command, request, response);
    const { status, text } = answer(request.url ?? '/', healthPort, port);
    response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
  });
  return server.listen(healthPort);
}

function answer(path: string, healthPort: number, port: number): { status: number; text: string } {
  if (path === '/healthz') return { status: 200, text: 'alive' };
  if (path !== '/readyz') return { status: 404, text: 'expected /healthz or /readyz' };
  const { ready, reason } = readiness(port, healthPort);
  return { status: ready ? 200 : 503, text: reason };
}
