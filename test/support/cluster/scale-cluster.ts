// Starts a control plane without a real node, for benchmarks with many seats.
import { ClusterTools } from '../../../cluster/kubectl.ts';
import type { Progress } from '../../../support/progress.ts';
import { startCluster, stopCluster } from '../../../cluster/devcluster/index.ts';
import { startProxy } from './start.ts';
import type { StartedCluster } from './start.ts';
import { testParts } from './components.ts';

/**
 * Removes leftovers of an earlier run, and starts the control plane.
 * @param auditedGroup the group of users whose requests the API server writes to `auditLog`
 */
export async function startScaleCluster(
  name: string,
  report: Progress,
  auditedGroup?: string,
): Promise<StartedCluster> {
  await stopCluster(name);
  const [cluster, parts] = await Promise.all([
    startCluster({ name, tuning: 'scale', report, ...(auditedGroup !== undefined && { auditedGroup }) }),
    testParts(report),
  ]);
  try {
    const kube = await ClusterTools.at({ kubeconfig: cluster.kubeconfig }, report);
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
