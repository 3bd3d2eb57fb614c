// Replicas that elect a leader with fake timers and a fake Lease, for tests of leader election.
import { LeaderElector } from '../leader.ts';
import { createMetrics } from '../metrics.ts';
import { capturedLog } from './captured-log.ts';
import { FakeLeases, FakeProcess } from './fake-leases.ts';
import { fakeTimers } from '../../../support/testing/fake-timers.ts';

/** Creates a fake API server with one Lease. `join` adds a replica. `holder` returns the holder of the Lease. */
export function startElection() {
  const timers = fakeTimers();
  const leases = new FakeLeases(timers);
  /** Starts a replica, and waits until its first requests are answered. */
  async function join(identity: string) {
    const process = new FakeProcess(timers);
    const stop = new AbortController();
    const reports: string[] = [];
    const metrics = createMetrics();
    const { log } = capturedLog();
    const elector = new LeaderElector({
      client: process.client(leases.client(identity)),
      name: 'operator',
      identity,
      log,
      metrics,
      timers: process.timers,
      onElected: () => reports.push('elected'),
      onLost: () => reports.push('lost'),
    });
    const ended = elector.run(stop.signal);
    const replica = {
      process,
      reports,
      metrics,
      leads: () => elector.isLeader(),
      writes: () => leases.count(identity, 'update') + leases.count(identity, 'create'),
      /** Stops the process of the replica without any cleanup, as kill -9 does. */
      kill: () => process.suspend(),
      leave: async () => {
        stop.abort();
        await timers.advance(10);
        await ended;
      },
    };
    await timers.advance(10);
    return replica;
  }
  return { timers, leases, join, holder: () => leases.lease?.spec?.holderIdentity };
}
