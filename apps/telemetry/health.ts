// The server for health probes: /healthz (the process is alive) and /readyz (the app can serve requests). At /report
// it shows what the process knows about its telemetry. It also accepts commands (commands.ts), such as /flush. Requests
// to this server create no spans at any instrumentation level.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { answerCommand, commandAt } from './commands.ts';
import { listening, readiness } from './readiness.ts';
import { recorder } from './report.ts';

/** Starts the health server on `healthPort`. The app counts as ready once it listens on `port`. */
export function startHealthServer(healthPort: number, port: number): Server {
  const server = createServer((request, response) => {
    const command = request.method === 'PUT' ? commandAt(request.url) : undefined;
    if (command) return void answerCommand(command, request, response);
    if (request.url === '/report') return void response.writeHead(200, JSON_TYPE).end(reportText(healthPort, port));
    const { status, text } = answer(request.url ?? '/', healthPort, port);
    response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
  });
  return server.listen(healthPort);
}

const JSON_TYPE = { 'content-type': 'application/json' };

function reportText(healthPort: number, port: number): string {
  return JSON.stringify(recorder.report({ port, listening: listening().filter((at) => at.port !== healthPort) }));
}

function answer(path: string, healthPort: number, port: number): { status: number; text: string } {
  if (path === '/healthz') return { status: 200, text: 'alive' };
  if (path !== '/readyz') return { status: 404, text: 'expected /healthz, /readyz or /report' };
  const { ready, reason } = readiness(port, healthPort);
  return { status: ready ? 200 : 503, text: reason };
}
