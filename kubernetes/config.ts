// Finds the API server's address and our credentials. If $KUBECONFIG is set, they come from the kubeconfig files that
// it names. Otherwise, they come from the service account of the pod.
import type { RequestOptions } from 'node:https';
import { delimiter } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { ACCOUNT, cached, inClusterConfig } from './in-cluster.ts';
import type { ApiConfig, ConfigOptions } from './in-cluster.ts';
import { systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';

export type { ApiConfig } from './in-cluster.ts';

/**
 * Returns the API server's address and our credentials. They come from $KUBECONFIG if it is set, or else from the pod.
 * This function never reads ~/.kube/config. So nobody changes a cluster by accident.
 * @throws Error if there is neither $KUBECONFIG nor a service account
 */
export async function loadConfig(options: ConfigOptions = {}): Promise<ApiConfig> {
  const { env = process.env, account = ACCOUNT, timers = systemTimers } = options;
  const files = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (files.length > 0) return fromKubeconfig(files, timers);
  const config = inClusterConfig(options);
  if (config) return config;
  throw new Error(
    `Expected a service account in ${account} with KUBERNETES_SERVICE_HOST set, or KUBECONFIG set; found neither. ` +
      'Run in a pod, or set KUBECONFIG.',
  );
}

/**
 * Reads kubeconfig files with the npm package @kubernetes/client-node, which understands all of their fields. This
 * package needs more memory than the operator's whole engine. So only this function loads it, and only when it runs.
 */
async function fromKubeconfig(files: readonly string[], timers: Timers): Promise<ApiConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  for (const [index, file] of files.entries()) {
    const one = new KubeConfig();
    one.loadFromFile(file);
    if (index === 0) config.loadFromOptions(one);
    else config.mergeConfig(one);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster)
    throw new Error(
      `Expected a current context with a cluster in ${files.join(', ')}, found ${config.currentContext || 'none'}. ` +
        'Set current-context to one of its contexts.',
    );
  const { ca, cert, key, servername, rejectUnauthorized } = await optionsOf(config);
  return {
    server: cluster.server.replace(/\/$/, ''),
    tls: withoutUndefined({ ca, cert, key, servername, rejectUnauthorized }),
    namespace: config.getContextObject(config.currentContext)?.namespace ?? 'default',
    authorization: cached(async () => headerOf(await optionsOf(config)), timers),
  };
}

async function optionsOf(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

function headerOf({ headers, auth }: RequestOptions): string | undefined {
  if (auth) return `Basic ${Buffer.from(auth).toString('base64')}`;
  const { Authorization: bearer } = (headers ?? {}) as Record<string, string | undefined>;
  return bearer;
}

const withoutUndefined = <T extends object>(options: T): { [K in keyof T]: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };
