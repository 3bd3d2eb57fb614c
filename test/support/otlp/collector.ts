// Runs the cluster's Collector as a process on loopback, with the chart's configuration and a learner's file.
import { stringify } from 'yaml';
import type { SomeValues } from '../../../cdk8s/render.ts';
import { binary } from '../../../cluster/components/build.ts';
import { GUIDE_EXPORTER, MONITOR_CONNECTOR, PROMETHEUS_EXPORTER, SPAN_METRICS } from '../../../lab/names.ts';
import { freePorts, podOf, startProcess } from './process.ts';
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
export const collectorConfigOf = (values: SomeValues = {}): string => podOf('collector', values).text('config.yaml');

/** Replaces what differs between a pod and a process: addresses, the API server, and the time until a flush. */
function override({ guide, prometheus }: CollectorOptions, ports: readonly number[]): string {
  const [grpc, http, loopbackGrpc, loopbackHttp, health] = ports.map((port) => `127.0.0.1:${port}`);
  const metrics = { pull: { exporter: { prometheus: { host: '127.0.0.1', port: ports[5] } } } };
  const receiver = (grpcEndpoint?: string, httpEndpoint?: string): object => ({
    protocols: { grpc: { endpoint: grpcEndpoint }, http: { endpoint: httpEndpoint } },
  });
  return stringify({
    receivers: { otlp: receiver(grpc, http), 'otlp/loopback': receiver(loopbackGrpc, loopbackHttp) },
    extensions: { health_check: { endpoint: health } },
    processors: { k8sattributes: { passthrough: true } },
    connectors: {
      [SPAN_METRICS]: { metrics_flush_interval: '300ms' },
      ...(prometheus !== undefined && { [MONITOR_CONNECTOR]: { metrics_flush_interval: '300ms' } }),
    },
    exporters: {
      [GUIDE_EXPORTER]: { endpoint: guide },
      ...(prometheus !== undefined && { [PROMETHEUS_EXPORTER]: { endpoint: `${prometheus}/api/v1/otlp` } }),
    },
    service: { telemetry: { metrics: { readers: [metrics] } } },
  });
}

export interface CollectorProcess extends LoopbackProcess {
  /** URL of the Collector's metrics about itself. */
  readonly metrics: string;
}

/** Starts a Collector whose URL accepts OTLP/HTTP. @throws Error with its log if it doesn't start */
export async function startCollector(options: CollectorOptions): Promise<CollectorProcess> {
  const ports = await freePorts(6);
  const { env, text } = podOf('collector', options.values);
  const texts = [text('config.yaml'), options.own ?? '{}', override(options, ports)];
  const args = texts.map((yaml) => `--config=yaml:${yaml}`);
  const process = await startProcess(binary('collector'), { args, env }, ports[1] ?? 0);
  return { ...process, metrics: `http://127.0.0.1:${ports[5]}/metrics` };
}
