// Runs the cluster's Jaeger as a process on loopback, with the chart's configuration and environment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stringify } from 'yaml';
import { renderLab } from '../../../cdk8s/render.ts';
import { binary } from '../../../cluster/components/build.ts';
import { freePort } from '../../../apps/testing/apps.ts';
import { JAEGER_BASE_PATH } from '../../../lab/ports.ts';
import { accepts } from '../../../support/ports.ts';
import { waitFor } from '../../../support/waiting.ts';

export interface JaegerProcess {
  /** URL of the query service with its base path. */
  readonly url: string;
  /** URL of the OTLP/HTTP receiver. */
  readonly otlp: string;
  readonly pid: number;
  stop(): Promise<void>;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
}

interface Pod {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { env: Variable[] }[] } } };
}

/** Returns the configuration and the environment of Jaeger in a lab. */
function podOf(maxTraces: number): { config: string; env: Record<string, string> } {
  const objects = renderLab({ release: 'lab', namespace: 'a', values: { jaeger: { maxTraces } } });
  const named = (kind: string) => objects.find((one) => one.kind === kind && one.metadata.name === 'lab-jaeger');
  const { env } = (named('Deployment') as unknown as Pod).spec.template.spec.containers[0] ?? { env: [] };
  const given = env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  const config = (named('ConfigMap')?.['data'] as Record<string, string> | undefined)?.['config.yaml'] ?? '';
  return { config, env: { ...Object.fromEntries(given), POD_IP: '127.0.0.1' } };
}

/** Starts a Jaeger that keeps `maxTraces` traces. @throws Error with its log if it ends */
export async function startJaeger(maxTraces = 2_000): Promise<JaegerProcess> {
  const ports = await Promise.all(Array.from({ length: 9 }, () => freePort()));
  const at = (index: number): object => ({ endpoint: `127.0.0.1:${ports[index]}` });
  const override = {
    extensions: {
      jaeger_query: { http: at(0), grpc: at(1) },
      'jaeger_query/loopback': { http: at(2), grpc: at(3) },
      healthcheckv2: { http: at(4) },
    },
    receivers: {
      otlp: { protocols: { grpc: at(5), http: at(6) } },
      'otlp/loopback': { protocols: { grpc: at(7), http: at(8) } },
    },
  };
  const { config, env } = podOf(maxTraces);
  const args = [config, stringify(override)].map((text) => `--config=yaml:${text}`);
  const child = spawn(binary('jaeger'), args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(child, 'close');
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-20_000)));
  const [query = '', , , , , , otlp = ''] = ports.map((port) => `http://127.0.0.1:${port}`);
  await waitFor('Jaeger', async () => {
    if (child.exitCode !== null) throw new Error(`Jaeger ended:\n${log}`);
    return ((await accepts(query)) && (await accepts(otlp))) || undefined;
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  return { url: `${query}${JAEGER_BASE_PATH}`, otlp, pid: child.pid ?? 0, stop };
}
