// Gives a check's lab the guide's own memory for metrics and log records, with what the receivers have received.
import { pipelineGap } from '../../apps/guide/server/lab/delivery.ts';
import type { ReceivedTelemetry } from '../../apps/guide/server/lab/received.ts';
import { Telemetry } from '../../apps/guide/server/telemetry/telemetry.ts';
import type { Receiver } from '../../apps/testing/receiver.ts';

const SIGNALS = { '/v1/metrics': 'metrics', '/v1/logs': 'logs' } as const;

const isReceived = (path: string): path is keyof typeof SIGNALS => path in SIGNALS;

/** Returns what the guide has received, as far as collector.yaml sends it there. */
export function receivedBy(receivers: readonly Receiver[], collectorYaml: string): ReceivedTelemetry {
  const telemetry = new Telemetry();
  const taken = new Map(receivers.map((receiver) => [receiver, 0]));
  const current = (): Telemetry => {
    for (const [receiver, from] of taken) {
      for (const { path, bytes } of receiver.requests.slice(from))
        if (isReceived(path) && !pipelineGap(collectorYaml, SIGNALS[path])) telemetry.accept(SIGNALS[path], bytes);
      taken.set(receiver, receiver.requests.length);
    }
    return telemetry;
  };
  return {
    isReceiving: true,
    logs: { query: (query) => current().logs.query(query) },
    totals: () => current().totals(),
    hasProbe: (signal, id) => current().hasProbe(signal, id),
  };
}
