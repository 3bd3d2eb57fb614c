// Writes a Kubernetes Event for each action of an instructor. `kubectl describe` shows it with the Workshop or Seat.
// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
import { randomBytes } from 'node:crypto';
import type { HttpApi } from '../../../kubernetes/client.ts';
import { rfc3339 } from '../../../kubernetes/conditions.ts';
import type { KubeObject } from '../../../kubernetes/object.ts';
import type { PortalLog } from '../parts.ts';

/** What was done. */
export interface Deed {
  /** One word in CamelCase. */
  readonly reason: string;
  /** What the instructor did, as in `freed the seat`. It has no text from people: `kubectl` may show it to many. */
  readonly what: string;
}

export interface EventsOptions {
  readonly api: Pick<HttpApi, 'create'>;
  /** Name of this pod. */
  readonly instance: string;
  readonly log?: PortalLog | undefined;
}

/** Events about objects without a namespace are in this one, as client-go has it. */
const NAMESPACE = 'default';

/** Writes an Event about a Workshop or Seat. A failure is logged, because the action has been done. */
export async function recordDeed(
  about: KubeObject,
  by: string,
  { reason, what }: Deed,
  { api, instance, log }: EventsOptions,
): Promise<void> {
  const { apiVersion, kind, metadata } = about;
  const { name, uid } = metadata;
  const now = rfc3339(Date.now());
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace: NAMESPACE },
    involvedObject: { apiVersion, kind, name, ...(uid !== undefined && { uid }) },
    type: 'Normal',
    reason,
    message: `The instructor ${by} ${what}.`,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component: 'intro-otel-portal' },
    reportingComponent: 'intro-otel-portal',
    reportingInstance: instance,
  };
  try {
    await api.create<KubeObject>(event);
  } catch (error) {
    log?.warn({ err: error, reason }, 'An Event of an action could not be written');
  }
}
