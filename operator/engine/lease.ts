// The Lease behind leader election, and the few requests that an elector makes.
// https://kubernetes.io/docs/concepts/architecture/leases/#leader-election
import type { HttpApi } from '../../kubernetes/client.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/object.ts';

export interface LeaseSpec {
  /** The leader. Empty once released. */
  readonly holderIdentity?: string;
  /** Seconds after its last renewal during which no other replica takes the Lease. */
  readonly leaseDurationSeconds?: number;
  /** MicroTime: RFC 3339 with microseconds. */
  readonly acquireTime?: string;
  /** MicroTime. */
  readonly renewTime?: string;
  /** How often the leader has changed. */
  readonly leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

/** All methods throw ApiError or a connection error. The writes must not be fenced by leadership. */
export interface LeaseClient {
  get(): Promise<Lease | undefined>;
  create(spec: LeaseSpec): Promise<Lease>;
  /** @throws ApiError 409 if the Lease no longer has that version */
  update(resourceVersion: string, spec: LeaseSpec): Promise<Lease>;
  /** Yields the Lease after every change, or undefined when it is deleted. Ends when the server ends the watch. */
  watch(resourceVersion: string, signal: AbortSignal): AsyncIterable<Lease | undefined>;
}

/** Seconds after which the server ends a watch. */
const WATCH_SECONDS = 600;
/** Milliseconds without an event after which the watch fails. A held Lease is renewed every few seconds. */
const SILENCE_MS = 30_000;

/**
 * @param api a client of its own without `mayWrite`, so that a renewal neither waits for other requests nor is fenced
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
          throw new Error(`Expected an event about Lease ${key.name}, found an error: ${JSON.stringify(object)}.`);
        if (type !== 'BOOKMARK') yield type === 'DELETED' ? undefined : object;
      }
    },
  };
}
