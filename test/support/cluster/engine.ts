// Connects the operator's engine to the tests' cluster.
import type { HttpApi } from '../../../kubernetes/client.ts';
import { loadConfig } from '../../../kubernetes/config.ts';
import type { ApiConfig } from '../../../kubernetes/config.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import type { KubeObject } from '../../../kubernetes/object.ts';
import { pooledApi } from '../../../kubernetes/transport-undici.ts';
import type { PooledApiOptions } from '../../../kubernetes/transport-undici.ts';
import { testCluster } from './cluster.ts';

export const FIELD_MANAGER = 'intro-otel-test';

/** Returns the client configuration of the cluster's administrator. */
export function testConfig(): Promise<ApiConfig> {
  return loadConfig({ env: { KUBECONFIG: testCluster().kubeconfig } });
}

/** Creates a client for the tests' cluster. The caller must close it. */
export async function testApi(options: Partial<PooledApiOptions> = {}): Promise<HttpApi> {
  return pooledApi({
    config: await testConfig(),
    userAgent: 'intro-otel-test/0',
    fieldManager: FIELD_MANAGER,
    ...options,
  });
}

/** Creates a namespace without pods for the tests of one file, and deletes it after them. @returns its name */
export function useEmptyNamespace(name: string): string {
  const once = async (act: (api: HttpApi) => Promise<unknown>): Promise<void> => {
    const api = await testApi();
    await act(api).finally(() => api.close());
  };
  beforeAll(() => once((api) => api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
  afterAll(() => once((api) => api.delete(KINDS.Namespace, { name })));
  return name;
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export function configMap(
  namespace: string,
  name: string,
  data: Readonly<Record<string, string>> = {},
  labels: Readonly<Record<string, string>> = {},
): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data };
}
