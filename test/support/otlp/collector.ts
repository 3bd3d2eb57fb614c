// Runs the cluster's Collector as a process on loopback, with the chart's configuration and a learner's file.
import { stringify } from 'yaml';
import type { SomeValues } from '../../../cdk8s/render.ts';
import { binary } from '../../../cluster/components/build.ts';
import { GUIDE_EXPORTER, PROMETHEUS_EXPORTER, SPAN_METRICS } from '../../../lab/names.ts';
import { configText, freePorts, startProcess } from './process.ts';
import type { LoopbackProcess } from './process.ts';

export interface CollectorOptions {
  readonly values?: SomeValues;
  /** Text of the learner's collector.yaml. */
  readonly own?: string;
  /** URL that stands for the guide's receiver. */
  readonly guide: string;
  /** URL of Prometheus, if the values enable it. */
  readonly prometheus?: string;
}

/** Returns the Collector's configuration of a lab with these values. */
export const collectorConfigOf = (values: SomeValues = {}): string => configText('collector', 'config.yaml', values);

/** Replaces what differs between a pod and a process: addresses, the API server, and the time until a flush. */
function override({ guide, prometheus }: CollectorOptions, ports: readonly number[]): string {
  const [grpc, http, loopbackGrpc, loopbackHttp, health] = ports.map((port) => `127.0.0.1:${port}`);
  const receiver = (grpcEndpoint?: string, httpEndpoint?: string): object => ({
    protocols: { grpc: { endpoint: grpcEndpoint }, http: { endpoint: httpEndpoint } },
  });
  return stringify({
    receivers: { otlp: receiver(grpc, http), 'otlp/loopback': receiver(loopbackGrpc, loopbackHttp) },
    extensions: { health_check: { endpoint: health } },
    processors: { k8sattributes: { passthrough: true } },
    connectors: { [SPAN_METRICS]: { metrics_flush_interval: '300ms' } },
    exporters: {
      [GUIDE_EXPORTER]: { endpoint: guide },
      ...(prometheus !== undefined && { [PROMETHEUS_EXPORTER]: { endpoint: `${prometheus}/api/v1/otlp` } }),
    },
    service: { telemetry: { metrics: { level: 'none' } } },
  });
}

/** Starts a Collector whose URL accepts OTLP/HTTP. @throws Error with its log if it doesn't start */
export async function startCollector(options: CollectorOptions): Promise<LoopbackProcess> {
  const ports = await freePorts(5);
  const texts = [collectorConfigOf(options.values), options.own ?? '{}', override(options, ports)];
  return startProcess(
    binary('collector'),
    texts.map((text) => `--config=yaml:${text}`),
    ports[1] ?? 0,
  );
}
