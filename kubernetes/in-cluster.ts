// Reads the API server's address and our credentials inside a pod, from its service account.
// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';

export interface ApiConfig {
  /** The API server's URL: scheme, host and port, and a path if there is one. */
  readonly server: string;
  /**
   * TLS options: the CA certificate with which we check the server, and a client certificate if the kubeconfig has one.
   */
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  /** Namespace in which the pod runs, or the namespace of the kubeconfig's context. */
  readonly namespace: string;
  /**
   * Returns the value of the Authorization header, which changes when the token is renewed. Set `renew` to true if the
   * server refused the last value.
   */
  readonly authorization: (renew?: boolean) => Promise<string | undefined>;
}

export interface ConfigOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Folder with the service account's files. Default: the folder that Kubernetes uses. */
  readonly account?: string;
  readonly timers?: Timers;
}

/** Folder in which Kubernetes puts the service account's files. */
export const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Milliseconds after which the token file is read again. This is much shorter than the lifetime of a token. */
const TOKEN_FOR = 60_000;

/**
 * Returns the configuration from the pod's service account, or undefined outside a pod.
 * @throws Error if the service account has no CA certificate
 */
export function inClusterConfig({ env = process.env, account = ACCOUNT, timers = systemTimers }: ConfigOptions = {}):
  ApiConfig | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443', POD_NAMESPACE: namespace } = env;
  if (!host || !existsSync(join(account, 'token'))) return undefined;
  const read = (name: string): string => readFileSync(join(account, name), 'utf8').trim();
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    tls: { ca: read('ca.crt') },
    namespace: namespace ?? read('namespace'),
    authorization: cached(async () => `Bearer ${(await readFile(join(account, 'token'), 'utf8')).trim()}`, timers),
  };
}

/**
 * Returns a function that returns the value of the Authorization header. This function calls `read` and remembers the
 * result for a minute, unless `renew` is true. It doesn't remember a failure, so the next request calls `read` again.
 */
export function cached(read: () => Promise<string | undefined>, timers: Timers): ApiConfig['authorization'] {
  let last: Promise<string | undefined> | undefined;
  let until = 0;
  return (renew = false) => {
    if (last === undefined || renew || timers.now() >= until) {
      until = timers.now() + TOKEN_FOR;
      last = read();
      last.catch(() => (until = 0));
    }
    return last;
  };
}
