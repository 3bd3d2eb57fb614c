// Decides whether this process is ready. A process is ready if it listens on the expected port and is not shutting
// down. Node's diagnostics channels report the ports on which a process listens. So neither the apps nor the learner's
// code need code for health checks.
import { subscribe } from 'node:diagnostics_channel';
import type { AddressInfo, Server } from 'node:net';

const servers = new Set<Server>();
let declared = false;
let shuttingDown = false;

/** Starts to track the servers of this process. Call it before the first server listens. */
export function watchServers(): void {
  subscribe('tracing:net.server.listen:asyncEnd', (message) => {
    const { server } = message as { server: Server };
    servers.add(server);
    server.once('close', () => servers.delete(server));
  });
}

/** Marks this process as ready. Call it in an app that listens on no port. */
export function declareReady(): void {
  declared = true;
}

/** Marks this process as shutting down, which means not ready. */
export function declareShutdown(): void {
  shuttingDown = true;
}

export function openServers(): Server[] {
  return [...servers];
}

/**
 * Returns whether the app can serve requests, and the reason. The response to the readiness probe contains the reason.
 */
export function readiness(port: number, healthPort: number): { ready: boolean; reason: string } {
  if (shuttingDown) return { ready: false, reason: 'shutting down' };
  if (declared) return { ready: true, reason: 'working' };
  const ports = [...new Set(openServers().map(portOf))];
  if (ports.includes(port)) return { ready: true, reason: `listening on port ${port}` };
  const others = ports.filter((other) => other !== undefined && other !== healthPort);
  const found = others.length > 0 ? `only on ${others.join(', ')}` : 'on no port';
  return { ready: false, reason: `expected a server on port ${port}, found one ${found}` };
}

function portOf(server: Server): number | undefined {
  return (server.address() as AddressInfo | null)?.port;
}
