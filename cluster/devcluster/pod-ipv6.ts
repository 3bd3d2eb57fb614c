// Turns IPv6 on and off in the networks of a running cluster, for tests of isolation. A cluster starts with IPv6 off.
// Pods of other clusters often have link-local addresses, which many network plugins don't filter.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../support/run.ts';
import { clusterProcesses } from './cleanup.ts';
import type { Layout } from './layout.ts';
import { CNI_FILE, cniText } from './pod-network.ts';
import { firstProcess, inspect } from './processes.ts';
import type { ProcessInfo } from './processes.ts';

const networkOf = ({ namespaces }: ProcessInfo): string => namespaces.find((name) => name.startsWith('net:')) ?? '';

/** Returns one process for each network of the cluster: the node's, and those of its pods. */
export function networksOf(processes: readonly ProcessInfo[], machine: readonly ProcessInfo[]): ProcessInfo[] {
  const outside = new Set(['', ...machine.map(networkOf)]);
  const inside = processes.filter((process) => !outside.has(networkOf(process)));
  return [...new Map(inside.map((process) => [networkOf(process), process])).values()];
}

/**
 * Writes the network configuration of new pods. containerd reads it after each write, but not after a rename. The two
 * configurations have the same length, so that no write is visible in part.
 */
function configureNewPods(layout: Layout, ipv6: boolean): void {
  writeFileSync(join(layout.config, CNI_FILE), cniText({ ipv6 }), { flag: 'r+' });
}

/** Turns IPv6 on or off. `setPodIPv6` in index.ts describes the parameters. */
export async function setPodIPv6Of(layout: Layout, on: boolean): Promise<void> {
  configureNewPods(layout, on);
  const machine = [inspect(process.pid), firstProcess(layout.marker)].flatMap((found) => found ?? []);
  const write = `echo ${on ? 0 : 1} >/proc/sys/net/ipv6/conf/all/disable_ipv6`;
  await Promise.all(
    networksOf(clusterProcesses(layout), machine).map(({ pid }) =>
      run('nsenter', [`--net=/proc/${pid}/ns/net`, 'sh', '-c', write], { allowFailure: true }),
    ),
  );
}
