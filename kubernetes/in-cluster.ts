// Where the API server is and who we are, as every pod with a service account can read it.
// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';

export interface ApiConfig {
  /** Scheme, host and port, with a path when the API server is behind one. */
  readonly server: string;
  /** How to recognize the server. With a client certificate from a kubeconfig, also who we are. */
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  /** The namespace of the pod, or of the kubeconfig's context. */
  readonly namespace: string;
  /** The header `authorization`, which changes with time. Pass `renew` when the server refused the last one. */
  readonly authorization: (renew?: boolean) => Promise<string | undefined>;
}

export interface ConfigOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** The folder with the service account's files. */
  readonly account?: string;
  readonly timers?: Timers;
}

/** The folder where Kubernetes puts the service account's files. */
export const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The time after which a token is read again, in milliseconds. It is far shorter than the life of a token. */
const TOKEN_FOR = 60_000;

/** The config of a pod, or undefined outside of one. @throws Error when the service account lacks the certificate */
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

/** Remembers the header for a minute. A read that failed is repeated by the next request. */
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
