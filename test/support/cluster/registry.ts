// Starts a real registry server on loopback. It stores images in memory.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { testCluster } from './cluster.ts';

export interface Registry {
  /** The registry's host and port, as in image names. */
  address: string;
  stop(): Promise<void>;
}

/** The registry's configuration: https://distribution.github.io/distribution/about/configuration/ */
const CONFIG = {
  version: '0.1',
  log: { level: 'info' },
  storage: { inmemory: {} },
  http: { addr: '127.0.0.1:0', secret: 'of no worth' },
};

export async function startRegistry(): Promise<Registry> {
  const directory = await mkdtemp(join(tmpdir(), 'registry-'));
  const config = join(directory, 'config.yml');
  await writeFile(config, JSON.stringify(CONFIG));
  const child = spawn(testCluster().tools.registry, ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = async (): Promise<void> => {
    child.kill();
    await rm(directory, { recursive: true, force: true });
  };
  for await (const line of createInterface(child.stderr)) {
    const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (address === undefined) continue;
    child.stderr.resume(); // a full pipe would stop the registry
    return { address, stop };
  }
  throw new Error('the registry ended without saying where it listens');
}
