// Gives a check's lab the guide's own memory for metrics and log records, with what the receivers have received.
import { exportersGap, GUIDE, routeOf } from '../../apps/guide/server/lab/pipeline-gaps.ts';
import { Telemetry } from '../../apps/guide/server/telemetry/telemetry.ts';
import type { ReceivedRequest, Receiver } from '../../apps/testing/receiver.ts';

const SIGNALS = { '/v1/metrics': 'metrics', '/v1/logs': 'logs' } as const;

const isSignal = (path: string): path is keyof typeof SIGNALS => path in SIGNALS;

/**
 * Returns what the guide has received, and receives from now on, as far as collector.yaml sends it there.
 * @returns the telemetry, and a function that ends it
 */
export function receivedBy(receivers: readonly Receiver[], collectorYaml: string): [Telemetry, stop: () => void] {
  const telemetry = new Telemetry();
  const take = ({ path, bytes }: ReceivedRequest): void => {
    if (isSignal(path) && !exportersGap(collectorYaml, routeOf(SIGNALS[path], GUIDE)))
      telemetry.accept(SIGNALS[path], bytes);
  };
  const stops = receivers.map((receiver) => receiver.watch(take));
  return [telemetry, () => stops.forEach((stop) => stop())];
}
