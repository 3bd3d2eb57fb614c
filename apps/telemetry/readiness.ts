// What the process knows about itself: which ports it listens on, and whether it is leaving. Learned from Node's own
// diagnostics channels, so that a component (and a learner's code above all) has no health boilerplate in it.
import { subscribe } from 'node:diagnostics_channel';
import type { AddressInfo, Server } from 'node:net';

const servers = new Set<Server>();
let declared = false;
let leaving = false;

/** Starts noticing every server that this process starts. To be called before the first one listens. */
export function watchServers(): void {
  subscribe('tracing:net.server.listen:asyncEnd', (message) => {
    const { server } = message as { server: Server };
    servers.add(server);
    server.once('close', () => servers.delete(server));
  });
}

/** For a component that serves nothing: its work has begun. */
export function declareReady(): void {
  declared = true;
}

export function declareLeaving(): void {
  leaving = true;
}

export function openServers(): Server[] {
  return [...servers];
}

/** Whether the component can do its job, in words: the reason is for whoever reads the probe's answer. */
export function readiness(port: number, healthPort: number): { ready: boolean; reason: string } {
  if (leaving) return { ready: false, reason: 'shutting down' };
  if (declared) return { ready: true, reason: 'working' };
  const ports = openServers().map(portOf);
  if (ports.includes(port)) return { ready: true, reason: `listening on port ${port}` };
  const others = ports.filter((other) => other !== undefined && other !== healthPort);
  const found = others.length > 0 ? `only on ${others.join(', ')}` : 'on no port';
  return { ready: false, reason: `expected a server on port ${port}, found one ${found}` };
}

function portOf(server: Server): number | undefined {
  return (server.address() as AddressInfo | null)?.port;
}
