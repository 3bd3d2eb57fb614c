// A clean end on SIGTERM: no new requests, those under way finish, telemetry is flushed, exit 0. All within two seconds,
// for what Kubernetes sends next is SIGKILL.
import type { Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { declareLeaving, openServers } from './readiness.ts';

const patience = { requests: 800, flush: 1000 }; // ms

/** `flush` sends what telemetry is still waiting; it must not throw. */
export function exitCleanly(flush: () => Promise<void>): void {
  const leave = async () => {
    declareLeaving();
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
