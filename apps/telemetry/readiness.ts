// Decides whether this process is ready. A process is ready if it listens on the expected port and is not shutting
// down. Node's diagnostics channels report the ports on which a process listens. So neither the apps nor the learner's
// code need code for health checks.
import { subscribe } from 'node:diagnostics_channel';
import type { AddressInfo, Server } from 'node:net';
import { podAddresses } from './pod-addresses.ts';
import { recorder } from './report.ts';

const servers = new Set<Server>();
let declared = false;
let shuttingDown = false;

/**
 * Starts to track the servers of this process. Call it before the first server listens. A server that can't listen
 * is reported, because Express hands the error to the callback of `listen`, which most code ignores.
 */
export function watchServers(): void {
  subscribe('tracing:net.server.listen:asyncEnd', (message) => {
    const { server } = message as { server: Server };
    servers.add(server);
    server.once('close', () => servers.delete(server));
  });
  subscribe('tracing:net.server.listen:error', (message) => {
    recorder.exceptions.add(String((message as { error: unknown }).error));
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
  const open = listening();
  const here = open.filter((one) => one.port === port);
  if (here.length > 0 && ownAddresses().length > 0 && !here.some(({ address }) => isReachable(address)))
    return { ready: false, reason: `listens on ${here[0]?.address}:${port} only, where no other pod reaches it` };
  if (here.length > 0) return { ready: true, reason: `listening on port ${port}` };
  const others = [...new Set(open.map((one) => one.port).filter((other) => other !== healthPort))];
  const found = others.length > 0 ? `only on ${others.join(', ')}` : 'on no port';
  return { ready: false, reason: `expected a server on port ${port}, found one ${found}` };
}

/** Returns the addresses and ports on which this process listens. A server on a Unix socket has none. */
export function listening(): { address: string; port: number }[] {
  return openServers()
    .map((server) => server.address())
    .filter((at): at is AddressInfo => typeof at === 'object' && at !== null)
    .map(({ address, port }) => ({ address, port }));
}

/** Addresses of this pod, which Kubernetes sets. On a developer's machine there are none, and loopback is enough. */
const ownAddresses = (): string[] => podAddresses(process.env['POD_IPS'] ?? process.env['POD_IP']);

export const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address);

const isReachable = (address: string): boolean => !isLoopback(address) || ownAddresses().includes(address);
