// Runs a program of the cluster as a process on loopback, without a cluster.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { renderLab } from '../../../cdk8s/render.ts';
import type { SomeValues } from '../../../cdk8s/render.ts';
import { accepts } from '../../../support/ports.ts';
import { waitFor } from '../../../support/waiting.ts';

/** Environment of a pod. All its ports are on loopback. */
const ENV = { POD_NAMESPACE: 'a', POD_IP: '127.0.0.1', API_KEY: 'b' };

export interface LoopbackProcess {
  /** URL that accepts connections. */
  readonly url: string;
  /** The process's id. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** Returns a text in a ConfigMap of a lab with these values. */
export function configText(component: string, key: string, values: SomeValues = {}): string {
  const map = renderLab({ release: 'lab', namespace: 'a', values }).find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === `lab-${component}`,
  );
  return (map?.['data'] as Record<string, string> | undefined)?.[key] ?? '';
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
export async function startProcess(program: string, args: readonly string[], port: number): Promise<LoopbackProcess> {
  const child = spawn(program, args, { env: ENV });
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
  return { url, pid: child.pid ?? 0, stop };
}
