// Where the API server is and how it knows us: in a pod the service account's files, elsewhere $KUBECONFIG.
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { delimiter, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';

export interface ApiConfig {
  /** Scheme, host and port, with a path where the API server is behind one. */
  readonly server: string;
  /** Who the server must be, and in kubeconfigs with a client certificate, who we are. */
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  /** The namespace of the pod, or of the context. */
  readonly namespace: string;
  /** The header `authorization`, which may change with time; `renew` when the last one was refused. */
  readonly authorization: (renew?: boolean) => Promise<string | undefined>;
}

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Milliseconds for which what was read is used; the kubelet and kubectl's plugins renew long before a token ends. */
const TOKEN_FOR = 60_000;

export interface ConfigOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Folder of the service account's files. */
  readonly account?: string;
  readonly timers?: Timers;
}

/** Never what is merely at hand, such as ~/.kube/config: an operator writes. @throws Error where neither form is there */
export async function loadConfig({
  env = process.env,
  account = ACCOUNT,
  timers = systemTimers,
}: ConfigOptions = {}): Promise<ApiConfig> {
  const { KUBECONFIG: files, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (files)
    return fromKubeconfig(
      files.split(delimiter).filter((file) => file !== ''),
      timers,
    );
  if (!host || !existsSync(join(account, 'token'))) {
    throw new Error(
      `Expected a service account in ${account} with KUBERNETES_SERVICE_HOST set, or KUBECONFIG set; found neither. Run in a pod, or set KUBECONFIG.`,
    );
  }
  const read = (name: string): string => readFileSync(join(account, name), 'utf8').trim();
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    tls: { ca: read('ca.crt') },
    namespace: read('namespace'),
    authorization: remembered(async () => `Bearer ${(await readFile(join(account, 'token'), 'utf8')).trim()}`, timers),
  };
}

/**
 * client-node knows all that a kubeconfig may hold, and costs more memory than all of the engine. So it is loaded here only, and
 * the few lines for a pod are ours.
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
      `Expected a current context with a cluster in ${files.join(', ')}, found ${config.currentContext || 'none'}. Set current-context to one of its contexts.`,
    );
  const { ca, cert, key, servername, rejectUnauthorized } = await optionsOf(config);
  return {
    server: cluster.server.replace(/\/$/, ''),
    tls: withoutUndefined({ ca, cert, key, servername, rejectUnauthorized }),
    namespace: config.getContextObject(config.currentContext)?.namespace ?? 'default',
    authorization: remembered(async () => headerOf(await optionsOf(config)), timers),
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

function remembered(read: () => Promise<string | undefined>, timers: Timers): ApiConfig['authorization'] {
  let last: Promise<string | undefined> | undefined;
  let until = 0;
  return (renew = false) => {
    if (last === undefined || renew || timers.now() >= until) {
      until = timers.now() + TOKEN_FOR;
      last = read();
      // What could not be read is tried again by the next request.
      last.catch(() => (until = 0));
    }
    return last;
  };
}

const withoutUndefined = <T extends object>(options: T): { [K in keyof T]: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };
