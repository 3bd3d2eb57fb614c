// Runs the cluster's Prometheus and Jaeger as processes on loopback, with the chart's configurations.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { renderLab } from '../../../cdk8s/render.ts';
import { binary } from '../../../cluster/components/build.ts';
import { configText, freePorts, startProcess } from './process.ts';
import type { LoopbackProcess } from './process.ts';

export const WITH_PROMETHEUS = { prometheus: { enabled: true } } as const;

interface Pod {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { args: string[] }[] } } };
}

/** Returns the arguments of the container of Prometheus in the chart. */
function prometheusArgs(): readonly string[] {
  const deployment = renderLab({ release: 'lab', namespace: 'a', values: WITH_PROMETHEUS }).find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'lab-prometheus',
  ) as Pod | undefined;
  return deployment?.spec.template.spec.containers[0]?.args ?? [];
}

/** Starts a Prometheus with the arguments and the configuration of the chart, in a folder of its own. */
export async function startPrometheus(): Promise<LoopbackProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'intro-otel-prometheus-'));
  const [port = 0, loopback = 0] = await freePorts(2);
  writeFileSync(join(folder, 'prometheus.yml'), configText('prometheus', 'prometheus.yml', WITH_PROMETHEUS));
  const args = prometheusArgs().map((arg) =>
    arg
      .replace('/etc/prometheus', folder)
      .replace('=/prometheus', `=${join(folder, 'data')}`)
      .replace('[$(POD_IP)]:9090', `127.0.0.1:${port}`)
      .replace('127.0.0.1:9090', `127.0.0.1:${loopback}`),
  );
  const started = await startProcess(binary('prometheus'), args, port);
  const stop = async (): Promise<void> => {
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...started, stop };
}

/** Starts a Jaeger whose page Monitor reads the metrics in Prometheus. */
export async function startJaeger(prometheus: string): Promise<LoopbackProcess> {
  const ports = await freePorts(9);
  const at = (index: number): object => ({ endpoint: `127.0.0.1:${ports[index]}` });
  const override = {
    extensions: {
      jaeger_storage: { metric_backends: { prometheus: { prometheus: { endpoint: prometheus } } } },
      jaeger_query: { http: at(0), grpc: at(1) },
      'jaeger_query/loopback': { http: at(2), grpc: at(3) },
      healthcheckv2: { http: at(4) },
    },
    receivers: {
      otlp: { protocols: { grpc: at(5), http: at(6) } },
      'otlp/loopback': { protocols: { grpc: at(7), http: at(8) } },
    },
  };
  const texts = [configText('jaeger', 'config.yaml', WITH_PROMETHEUS), stringify(override)];
  return startProcess(
    binary('jaeger'),
    texts.map((text) => `--config=yaml:${text}`),
    ports[0] ?? 0,
  );
}
