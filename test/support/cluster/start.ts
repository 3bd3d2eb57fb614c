// Starts a cluster with all images on its node, for the tests and the benchmarks.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ensureImages, ensureLoaded } from '../../../cluster/image/image.ts';
import { ClusterTools } from '../../../cluster/kubectl.ts';
import { product as devcluster } from '../../../cluster/products/devcluster.ts';
import { FLASK, LAB, TERMINAL } from '../../../cluster/image/recipes.ts';
import { prepareMachine, startCluster, stopCluster } from '../../../cluster/devcluster/index.ts';
import type { Progress } from '../../../support/progress.ts';
import type { TestCluster } from './cluster.ts';
import { testParts } from './components.ts';
import { endWithTheRun } from '../program.ts';

export interface StartedCluster extends TestCluster {
  stop(): Promise<void>;
}

/** Removes leftovers of a killed run with the same cluster name, and starts the cluster. */
export async function startTestCluster(name: string, report: Progress): Promise<StartedCluster> {
  await stopCluster(name);
  await prepareMachine(report);
  const destination = { product: devcluster, name };
  const images = ensureImages([LAB, FLASK, TERMINAL], destination, report);
  const [cluster, built, parts] = await Promise.all([startCluster({ name, report }), images, testParts(report)]);
  try {
    const kube = await ClusterTools.at({ kubeconfig: cluster.kubeconfig }, report);
    await ensureLoaded(built, destination, kube, report);
    const tools = { helm: kube.helmCommand, kubectl: kube.kubectlCommand, ...parts };
    const proxy = await startProxy(tools.kubectl, cluster.kubeconfig);
    const stop = async (): Promise<void> => {
      proxy.stop();
      await stopCluster(name);
    };
    return { name, kubeconfig: cluster.kubeconfig, doorPort: cluster.doorPort, api: proxy.url, tools, stop };
  } catch (error) {
    await stopCluster(name);
    throw error;
  }
}

/** Starts `kubectl proxy` on a free port of 127.0.0.1. */
export async function startProxy(kubectl: string, kubeconfig: string): Promise<{ url: string; stop: () => void }> {
  const child = spawn(kubectl, ['proxy', '--port=0'], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Without this, the proxy would outlive the run, and its pipe would keep the run alive.
  endWithTheRun(child);
  for await (const line of createInterface(child.stdout)) {
    const address = /Starting to serve on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (address !== undefined) return { url: `http://${address}`, stop: () => void child.kill() };
  }
  throw new Error('kubectl proxy ended without saying where it serves');
}
