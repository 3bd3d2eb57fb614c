// Runs the cluster's Jaeger as a process on loopback, with the chart's configuration and environment.
import { stringify } from 'yaml';
import { binary } from '../../../cluster/components/build.ts';
import { JAEGER_BASE_PATH } from '../../../lab/ports.ts';
import { accepts } from '../../../support/ports.ts';
import { waitFor } from '../../../support/waiting.ts';
import { freePorts, podOf, startProcess } from './process.ts';
import type { LoopbackProcess } from './process.ts';

export interface JaegerProcess extends LoopbackProcess {
  /** URL of the OTLP/HTTP receiver. The property `url` is that of the query service, with its base path. */
  readonly otlp: string;
}

/** Replaces the addresses, and that of Prometheus if there is one. */
function override(ports: readonly number[], prometheus?: string): object {
  const at = (index: number): object => ({ endpoint: `127.0.0.1:${ports[index]}` });
  const backends = { metric_backends: { prometheus: { prometheus: { endpoint: prometheus } } } };
  return {
    extensions: {
      ...(prometheus !== undefined && { jaeger_storage: backends }),
      jaeger_query: { http: at(0), grpc: at(1) },
      'jaeger_query/loopback': { http: at(2), grpc: at(3) },
      healthcheckv2: { http: at(4) },
    },
    receivers: {
      otlp: { protocols: { grpc: at(5), http: at(6) } },
      'otlp/loopback': { protocols: { grpc: at(7), http: at(8) } },
    },
  };
}

/**
 * Starts a Jaeger that keeps `maxTraces` traces. @throws Error with its log if it ends
 * @param prometheus URL of the Prometheus that has the metrics of Jaeger's page Monitor
 */
export async function startJaeger(maxTraces = 2_000, prometheus?: string): Promise<JaegerProcess> {
  const ports = await freePorts(9);
  const { env, text } = podOf('jaeger', { jaeger: { maxTraces }, prometheus: { enabled: prometheus !== undefined } });
  const texts = [text('config.yaml'), stringify(override(ports, prometheus))];
  const args = texts.map((yaml) => `--config=yaml:${yaml}`);
  const started = await startProcess(binary('jaeger'), { args, env }, ports[0] ?? 0);
  const otlp = `http://127.0.0.1:${ports[6]}`;
  await waitFor("Jaeger's OTLP receiver", async () => (await accepts(otlp)) || undefined);
  return { ...started, url: `${started.url}${JAEGER_BASE_PATH}`, otlp };
}
