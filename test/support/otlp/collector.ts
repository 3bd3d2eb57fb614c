// Runs the cluster's Collector as a process on loopback, with the chart's configuration and a learner's file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { renderLab } from '../../../cdk8s/render.ts';
import type { SomeValues } from '../../../cdk8s/render.ts';
import { binary } from '../../../cluster/components/build.ts';
import { GUIDE_EXPORTER, PROMETHEUS_EXPORTER, SPAN_METRICS } from '../../../lab/names.ts';
import { accepts } from '../../../support/ports.ts';
import { waitFor } from '../../../support/waiting.ts';

export interface CollectorOptions {
  readonly values?: SomeValues;
  /** Text of the learner's collector.yaml. */
  readonly own?: string;
  /** URLs that stand for the guide's receiver, and for Prometheus' OTLP receiver. */
  readonly guide: string;
  readonly prometheus?: string;
}

export interface CollectorProcess {
  /** URL of the OTLP/HTTP receiver. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Returns the Collector's configuration of a lab with these values. */
export function collectorConfigOf(values: SomeValues = {}): string {
  const map = renderLab({ release: 'lab', namespace: 'a', values }).find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'lab-collector',
  );
  return (map?.['data'] as Record<string, string>)['config.yaml'] ?? '';
}

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
      ...(prometheus !== undefined && { [PROMETHEUS_EXPORTER]: { endpoint: prometheus } }),
    },
    service: { telemetry: { metrics: { level: 'none' } } },
  });
}

/** Returns ports that the system chooses. It doesn't choose them again soon. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Starts a Collector and waits until it accepts OTLP. @throws Error with its log if it ends */
export async function startCollector(options: CollectorOptions): Promise<CollectorProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'intro-otel-collector-'));
  const ports = await freePorts(5);
  const texts = [collectorConfigOf(options.values), options.own ?? '{}', override(options, ports)];
  const args = texts.map((text, index) => {
    const file = join(folder, `${index}.yaml`);
    writeFileSync(file, text);
    return `--config=${file}`;
  });
  const child = spawn(binary('collector'), args, { env: { POD_NAMESPACE: 'a', POD_IP: '127.0.0.1', API_KEY: 'b' } });
  const closed = once(child, 'close');
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-20_000)));
  const url = `http://127.0.0.1:${ports[1]}`;
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await waitFor('a Collector that accepts OTLP', async () => {
      if (child.exitCode !== null) throw new Error(`The Collector ended:\n${log}`);
      return (await accepts(url)) || undefined;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
