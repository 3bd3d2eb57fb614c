// A clean end on SIGTERM: requests go on being served while Kubernetes tells everybody that this pod is leaving, then no new
// ones are taken, those under way finish, telemetry is flushed, exit 0. All within four seconds, for what Kubernetes sends
// next is SIGKILL.
import type { Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { declareLeaving, openServers } from './readiness.ts';

const patience = { requests: 800, flush: 1000 }; // ms

/** The longest that DRAIN_MS may ask for: with `patience` it has to fit in the pod's grace period. */
const LONGEST_DRAIN = 3000;

/**
 * How long to go on serving after SIGTERM, in milliseconds. kube-proxy learns of a leaving pod at the same time as the pod, and
 * acts a second or so later: until then new requests still come.
 * https://kubernetes.io/docs/tutorials/services/pods-and-endpoint-termination-flow/
 */
export const drainTime = (text: string | undefined): number =>
  /^\d+$/.test(text ?? '') ? Math.min(Number(text), LONGEST_DRAIN) : 0;

/** `flush` sends what telemetry is still waiting; it must not throw. */
export function exitCleanly(flush: () => Promise<void>): void {
  const leave = async () => {
    declareLeaving();
    await delay(drainTime(process.env['DRAIN_MS']));
    await Promise.race([Promise.all(openServers().map(close)), delay(patience.requests)]);
    await Promise.race([flush(), delay(patience.flush)]);
    process.exit(0);
  };
  process.once('SIGTERM', () => void leave());
  process.once('SIGINT', () => void leave());
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
