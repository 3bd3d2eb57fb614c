// A clean exit on SIGTERM. The process first keeps serving while Kubernetes removes the pod from its Services. Then it
// accepts no new requests, finishes the running ones, sends the remaining telemetry and exits with code 0. This takes
// less than the pod's grace period of five seconds.
import type { Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { declareShutdown, openServers } from './readiness.ts';

const timeouts = { requests: 800, flush: 1000 }; // ms

/**
 * Upper limit for DRAIN_MS, in milliseconds. DRAIN_MS and the two `timeouts` together must be shorter than the pod's
 * grace period.
 */
const LONGEST_DRAIN = 3000;

/**
 * Parses DRAIN_MS and returns how long to keep serving after SIGTERM, in milliseconds. kube-proxy, the Service proxy on
 * each node, stops sending requests to the pod about a second after SIGTERM. Until then, new requests still arrive.
 * https://kubernetes.io/docs/tutorials/services/pods-and-endpoint-termination-flow/
 */
export const drainTime = (text: string | undefined): number =>
  /^\d+$/.test(text ?? '') ? Math.min(Number(text), LONGEST_DRAIN) : 0;

/** Makes the process exit cleanly on SIGTERM and SIGINT. `flush` sends the remaining telemetry and must not throw. */
export function exitCleanly(flush: () => Promise<void>): void {
  const shutDown = async () => {
    declareShutdown();
    await delay(drainTime(process.env['DRAIN_MS']));
    await Promise.race([Promise.all(openServers().map(close)), delay(timeouts.requests)]);
    await Promise.race([flush(), delay(timeouts.flush)]);
    process.exit(0);
  };
  process.once('SIGTERM', () => void shutDown());
  process.once('SIGINT', () => void shutDown());
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
