// Runs a program of the cluster as a process on loopback, without a cluster.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { renderLab } from '../../../cdk8s/render.ts';
import type { SomeValues } from '../../../cdk8s/render.ts';
import { accepts } from '../../../support/ports.ts';
import { waitFor } from '../../../support/waiting.ts';

/** Environment that every process has. All its ports are on loopback. */
const ENV = { POD_NAMESPACE: 'a', POD_IP: '127.0.0.1', API_KEY: 'b' };

interface Deployment {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly PodContainer[] } } };
}

interface PodContainer {
  readonly args?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

/** What a lab with some values runs as one component. */
export interface ComponentPod {
  readonly args: readonly string[];
  /** The variables whose values the chart states. */
  readonly env: Readonly<Record<string, string>>;
  /** Returns a text in the component's ConfigMap. */
  readonly text: (key: string) => string;
}

export interface LoopbackProcess {
  /** URL that accepts connections. */
  readonly url: string;
  /** The process's id. */
  readonly pid: number;
  /** Returns what the program has printed last. */
  log(): string;
  stop(): Promise<void>;
}

/** Returns the pod of a component in a lab with these values. */
export function podOf(component: string, values: SomeValues = {}): ComponentPod {
  const objects = renderLab({ release: 'lab', namespace: 'a', values });
  const named = (kind: string) => objects.find((one) => one.kind === kind && one.metadata.name === `lab-${component}`);
  const { containers = [] } = (named('Deployment') as Deployment | undefined)?.spec.template.spec ?? {};
  const [{ args = [], env }] = containers as [PodContainer];
  return {
    args,
    env: Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    text: (key) => (named('ConfigMap')?.['data'] as Record<string, string> | undefined)?.[key] ?? '',
  };
}

/** Returns ports that the system chooses. It doesn't choose them again soon. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Starts a program and waits until it accepts connections on the port. @throws Error with its log if it ends */
export async function startProcess(
  program: string,
  { args, env }: Pick<ComponentPod, 'args' | 'env'>,
  port: number,
): Promise<LoopbackProcess> {
  const child = spawn(program, args, { env: { ...env, ...ENV } });
  const closed = once(child, 'close');
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-20_000)));
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  try {
    await waitFor(`${program} on port ${port}`, async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended:\n${log}`);
      return (await accepts(url)) || undefined;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid: child.pid ?? 0, log: () => log, stop };
}
