// Starts a real registry on the same port of this machine's loopback and of the cluster's. Both store their content in
// the same directory. So helm on this machine and the cluster's node use the same addresses of images, and the node
// pulls without TLS, because the registry is on its loopback.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../support/ports.ts';
import { eventually } from '../../../support/waiting.ts';
import { testCluster } from './cluster.ts';
import { startInCluster } from './in-cluster-network.ts';

export interface SharedRegistry {
  /** The registry's host and port, as in image names. */
  readonly address: string;
  /** The directory with the registry's content. */
  readonly data: string;
  stop(): Promise<void>;
}

/** The lowest port that a shared registry uses. Other tests use lower ones. */
const FIRST_PORT = 39_500;

export async function startSharedRegistry(): Promise<SharedRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'shared-registry-'));
  const [data, config] = [join(directory, 'data'), join(directory, 'config.yml')];
  const address = `127.0.0.1:${await freePort(FIRST_PORT)}`;
  await writeFile(config, JSON.stringify(configOf(address, data)));
  const command = [testCluster().tools.registry, 'serve', config] as const;
  const inside = await startInCluster('registry', command);
  const outside = spawn(command[0], command.slice(1), { stdio: 'ignore' });
  await eventually(() => fetch(`http://${address}/v2/`));
  const stop = async (): Promise<void> => {
    inside.kill('SIGTERM');
    outside.kill();
    await rm(directory, { recursive: true, force: true });
  };
  return { address, data, stop };
}

/** The registry's configuration: https://distribution.github.io/distribution/about/configuration/ */
const configOf = (address: string, data: string): object => ({
  version: '0.1',
  log: { level: 'warn' },
  storage: { filesystem: { rootdirectory: data } },
  http: { addr: address, secret: 'of no worth' },
});
