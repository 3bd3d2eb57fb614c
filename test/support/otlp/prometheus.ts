// Runs the cluster's Prometheus as a process on loopback, with the chart's arguments, configuration and environment.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary } from '../../../cluster/components/build.ts';
import { freePorts, podOf, startProcess } from './process.ts';
import type { LoopbackProcess } from './process.ts';

export const WITH_PROMETHEUS = { prometheus: { enabled: true } } as const;

/** Starts a Prometheus with a folder of its own. */
export async function startPrometheus(): Promise<LoopbackProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'intro-otel-prometheus-'));
  const [port = 0, loopback = 0] = await freePorts(2);
  const { args, env, text } = podOf('prometheus', WITH_PROMETHEUS);
  writeFileSync(join(folder, 'prometheus.yml'), text('prometheus.yml'));
  const here = args.map((arg) =>
    arg
      .replace('/etc/prometheus', folder)
      .replace('=/prometheus', `=${join(folder, 'data')}`)
      .replace('[$(POD_IP)]:9090', `127.0.0.1:${port}`)
      .replace('127.0.0.1:9090', `127.0.0.1:${loopback}`),
  );
  const started = await startProcess(binary('prometheus'), { args: here, env }, port);
  const stop = async (): Promise<void> => {
    await started.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...started, stop };
}
