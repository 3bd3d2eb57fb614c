// A fake API server over HTTP with one Lease and some ConfigMaps, for tests of the manager.
import type { ServerResponse } from 'node:http';
import { serve } from '../../../kubernetes/testing/http-server.ts';
import type { Received } from '../../../kubernetes/testing/http-server.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import type { KubeObject } from '../../../kubernetes/object.ts';
import type { Lease, LeaseSpec } from '../lease.ts';

interface Cluster {
  readonly holder?: string;
  readonly configMaps: readonly string[];
}

export const configMap = (name: string, resourceVersion = '10'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', uid: name, resourceVersion },
});

/**
 * Starts the fake API server. The returned function `send` sends an event to the watch of ConfigMaps, and `holder`
 * returns the holder of the Lease.
 */
export async function startLeaseServer({ holder, configMaps }: Cluster) {
  let version = 100;
  let lease = holder === undefined ? undefined : leaseOf({ holderIdentity: holder, leaseDurationSeconds: 60 });
  let configMapWatch: ServerResponse | undefined;

  function leaseOf(spec: LeaseSpec): Lease {
    const metadata = { name: 'example', namespace: 'default', resourceVersion: String(++version) };
    return { apiVersion: KINDS.Lease.apiVersion, kind: 'Lease', metadata, spec };
  }
  function answerLease({ method, url, body }: Received, response: ServerResponse): void {
    if (url.includes('watch=1')) return void response.writeHead(200).flushHeaders();
    const { spec = {} } = body === '' ? {} : (JSON.parse(body) as { spec?: LeaseSpec });
    if (method !== 'GET') lease = leaseOf({ ...lease?.spec, ...spec });
    response.writeHead(lease ? 200 : 404).end(JSON.stringify(lease ?? { reason: 'NotFound' }));
  }
  function answerConfigMaps({ url }: Received, response: ServerResponse): void {
    if (!url.includes('watch=1')) {
      const list = { items: configMaps.map((name) => configMap(name)), metadata: { resourceVersion: '10' } };
      return void response.writeHead(200).end(JSON.stringify(list));
    }
    configMapWatch = response.writeHead(200);
    response.flushHeaders();
  }

  const server = await serve((request, response) =>
    request.url.includes('/leases') ? answerLease(request, response) : answerConfigMaps(request, response),
  );
  const send = (type: string, object: KubeObject): void =>
    void configMapWatch?.write(`${JSON.stringify({ type, object })}\n`);
  return { server, send, holder: () => lease?.spec?.holderIdentity };
}
