// Talks to the cluster's API server from the machine, through the relay, as its administrator: the few calls a start needs.
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import type { KubernetesObject } from './config.ts';
import type { Layout } from './layout.ts';

export interface ApiResponse {
  status: number;
  body: string;
}

export interface Api {
  get(path: string): Promise<ApiResponse>;
  /** Server-side apply: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
  apply(object: KubernetesObject): Promise<void>;
}

const PLURALS: Record<string, string> = {
  ServiceAccount: 'serviceaccounts',
  ConfigMap: 'configmaps',
  Service: 'services',
  Deployment: 'deployments',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
};

/** An API server at 127.0.0.1:`port`. Nothing is asked yet. */
export async function apiAt(layout: Layout, port: number): Promise<Api> {
  const file = (name: string): Promise<Buffer> => readFile(join(layout.pki, name));
  const [ca, cert, key] = await Promise.all([file('ca.crt'), file('admin.crt'), file('admin.key')]);
  const call = (method: string, path: string, body?: string): Promise<ApiResponse> => {
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    return send({ host: '127.0.0.1', port, ca, cert, key, method, path, headers, agent: false, timeout: 5000 }, body);
  };
  return {
    get: (path) => call('GET', path),
    async apply(object) {
      const { status, body } = await call(
        'PATCH',
        `${pathOf(object)}?fieldManager=intro-otel-throwaway&force=true`,
        JSON.stringify(object),
      );
      if (status >= 300)
        throw new Error(`the API server did not take ${object.kind} ${object.metadata.name}: ${status} ${body}`);
    },
  };
}

/** The path of an object of the kinds in PLURALS. */
export function pathOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const plural = PLURALS[kind];
  if (plural === undefined) throw new Error(`the path of a ${kind} is not known here`);
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${group}${namespace}/${plural}/${metadata.name}`;
}

function send(options: Parameters<typeof request>[1] & object, body: string | undefined): Promise<ApiResponse> {
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error('the API server did not answer within 5 s')));
    sent.end(body);
  });
}
