// A replica that only takes part in leader election and writes as often as it may. Tests kill, freeze and continue it.
// It prints its events, one JSON object per line.
// usage: elector NAMESPACE IDENTITY, with KUBECONFIG set
import { NotLeadingError } from '../../../kubernetes/api.ts';
import { loadConfig } from '../../../kubernetes/config.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import { pooledApi } from '../../../kubernetes/transport-undici.ts';
import { LeaderElector } from '../../../operator/engine/leader.ts';
import { leaseClient } from '../../../operator/engine/lease.ts';
import { createLogger } from '../../../operator/engine/log.ts';
import { createMetrics } from '../../../operator/engine/metrics.ts';
import { pause, systemTimers } from '../../../support/timers.ts';

/** The name of the Lease, and of the ConfigMap in which each replica counts its own writes. */
export const NAME = 'election';

/**
 * One line of output. The event `request` means that this replica sent a request to the API server. The event `refused`
 * means that this replica could not write, because it does not lead.
 */
export type ElectorReport =
  { readonly what: 'elected' | 'lost' | 'refused' } | { readonly what: 'request'; readonly method: string };

/** The interval between two writes, in milliseconds. */
const EVERY = 50;

async function main(namespace: string, identity: string): Promise<void> {
  const say = (said: ElectorReport): void => void process.stdout.write(`${JSON.stringify(said)}\n`);
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  const common = {
    config: await loadConfig(),
    userAgent: `intro-otel-test-elector/${identity}`,
    fieldManager: identity,
  };
  const election = pooledApi({ ...common, onRequest: ({ method }) => say({ what: 'request', method }) });
  const elector: LeaderElector = new LeaderElector({
    client: leaseClient(election, { name: NAME, namespace }),
    name: NAME,
    identity,
    log: createLogger('info', process.stderr),
    metrics: createMetrics(),
    onElected: () => say({ what: 'elected' }),
    onLost: () => say({ what: 'lost' }),
  });
  const api = pooledApi({ ...common, mayWrite: () => elector.isLeader() });
  const elected = elector.run(stop.signal);
  for (let count = 1; !stop.signal.aborted;) {
    try {
      await api.mergePatch(KINDS.ConfigMap, { name: NAME, namespace }, { data: { [identity]: String(count) } });
      count++;
    } catch (error) {
      if (!(error instanceof NotLeadingError)) throw error;
      say({ what: 'refused' });
    }
    await pause(systemTimers, EVERY, stop.signal);
  }
  await elected;
  await Promise.all([api.close(), election.close()]);
}

if (import.meta.main) {
  const [namespace = '', identity = ''] = process.argv.slice(2);
  await main(namespace, identity);
}
