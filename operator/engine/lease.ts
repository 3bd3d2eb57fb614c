// The Lease object that leader election uses, and a client for it.
// https://kubernetes.io/docs/concepts/architecture/leases/#leader-election
import type { HttpApi } from '../../kubernetes/client.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/object.ts';

export interface LeaseSpec {
  /** Identity of the leader. Empty after the leader has given up leadership. */
  readonly holderIdentity?: string;
  /** How long other replicas wait after the last renewal before they take the Lease, in seconds. */
  readonly leaseDurationSeconds?: number;
  /** When the leader took the Lease, as a MicroTime: RFC 3339 with microseconds. */
  readonly acquireTime?: string;
  /** When the leader last renewed the Lease, as a MicroTime. */
  readonly renewTime?: string;
  /** How often the leader has changed. */
  readonly leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

/**
 * A client for one Lease. Every method throws ApiError or a connection error. `create` and `update` must also work
 * while this process is not the leader.
 */
export interface LeaseClient {
  get(): Promise<Lease | undefined>;
  create(spec: LeaseSpec): Promise<Lease>;
  /** Updates the spec. @throws ApiError 409 if the Lease no longer has this resourceVersion */
  update(resourceVersion: string, spec: LeaseSpec): Promise<Lease>;
  /** Yields the Lease after every change, and undefined after its deletion. Ends when the server ends the watch. */
  watch(resourceVersion: string, signal: AbortSignal): AsyncIterable<Lease | undefined>;
}

/** Seconds after which the API server ends a watch of the Lease. */
const WATCH_SECONDS = 600;
/** The watch fails after this many milliseconds without an event. A leader renews the Lease every few seconds. */
const SILENCE_MS = 30_000;

/**
 * Creates a client for the Lease with this name.
 * @param api an API client that nothing else uses, so that renewals don't wait for other requests. It must not have the
 * option `mayWrite`, so that it may write while this process is not the leader
 */
export function leaseClient(
  api: Pick<HttpApi, 'get' | 'create' | 'mergePatch' | 'watch'>,
  key: { readonly name: string; readonly namespace: string },
): LeaseClient {
  return {
    get: () => api.get<Lease>(KINDS.Lease, key.name, key.namespace),
    create: (spec) =>
      api.create<Lease>({ apiVersion: KINDS.Lease.apiVersion, kind: KINDS.Lease.kind, metadata: key, spec }),
    update: (resourceVersion, spec) => api.mergePatch<Lease>(KINDS.Lease, key, { metadata: { resourceVersion }, spec }),
    async *watch(resourceVersion, signal) {
      const fieldSelector = `metadata.name=${key.name}`;
      const options = {
        namespace: key.namespace,
        fieldSelector,
        resourceVersion,
        timeoutSeconds: WATCH_SECONDS,
        silence: SILENCE_MS,
        signal,
      };
      for await (const line of await api.watch(KINDS.Lease, options)) {
        const { type, object } = JSON.parse(line) as { type: string; object: Lease };
        if (type === 'ERROR')
          throw new Error(`Expected a watch event of Lease ${key.name}, found an error: ${JSON.stringify(object)}.`);
        if (type !== 'BOOKMARK') yield type === 'DELETED' ? undefined : object;
      }
    },
  };
}
