// The Lease that an election is about, and the few requests that an elector makes.
// https://kubernetes.io/docs/concepts/architecture/leases/#leader-election
import type { HttpApi } from '../../kubernetes/client.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/object.ts';

export interface LeaseSpec {
  /** Who leads; empty once released. */
  readonly holderIdentity?: string;
  /** For how long after its last renewal others leave it to its holder. */
  readonly leaseDurationSeconds?: number;
  /** MicroTime, as the next: RFC 3339 with six digits of the second. */
  readonly acquireTime?: string;
  readonly renewTime?: string;
  /** How often it has changed hands. */
  readonly leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

/** All throw ApiError, or what the connection failed with. What they write must not itself depend on who leads. */
export interface LeaseClient {
  get(): Promise<Lease | undefined>;
  create(spec: LeaseSpec): Promise<Lease>;
  /** @throws ApiError 409 where the Lease is no longer of that version */
  update(resourceVersion: string, spec: LeaseSpec): Promise<Lease>;
  /** The Lease each time it changes after that version, undefined when it is deleted; ends when the server ends it. */
  watch(resourceVersion: string, signal: AbortSignal): AsyncIterable<Lease | undefined>;
}

/** Seconds after which the server ends a watch. */
const WATCH_SECONDS = 600;
/** Milliseconds; a Lease that is held is renewed every few seconds. */
const SILENCE = 30_000;

/** @param api one of its own, without a `mayWrite`, so that a renewal neither waits behind other requests nor is fenced */
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
        silence: SILENCE,
        signal,
      };
      for await (const line of await api.watch(KINDS.Lease, options)) {
        const { type, object } = JSON.parse(line) as { type: string; object: Lease };
        if (type === 'ERROR')
          throw new Error(`Expected an event of Lease ${key.name}, found ${JSON.stringify(object)}.`);
        if (type !== 'BOOKMARK') yield type === 'DELETED' ? undefined : object;
      }
    },
  };
}
