// Test data for this folder's unit tests: Workshops, Seats, nodes and pods. Tests can override single fields.
import { API_VERSION } from '../../api/types.ts';
import type { Seat, SeatPhase, SeatSpec, SeatStatus, Workshop, WorkshopSpec } from '../../api/types.ts';
import type { ListOptions } from '../../../kubernetes/api.ts';
import type { Kind, KubeObject, ObjectMeta } from '../../../kubernetes/object.ts';
import { FakeApi } from '../../engine/testing/fake-api.ts';
import type { Container, Node, Pod } from '../../../kubernetes/types.ts';
import { wantedSeats } from '../seats.ts';

export const MONDAY = '2026-01-05T09:00:00Z';

/** The hash of the lab's objects, as the operator of these tests renders them. */
export const LAB_HASH = 'lab-hash';

export const aWorkshop = (spec: WorkshopSpec = { seats: 3 }, metadata: Partial<ObjectMeta> = {}): Workshop => ({
  apiVersion: API_VERSION,
  kind: 'Workshop',
  metadata: {
    name: 'class',
    uid: 'class-uid',
    generation: 1,
    resourceVersion: '1',
    creationTimestamp: MONDAY,
    ...metadata,
  },
  spec,
});

interface SeatOverrides {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec?: Partial<SeatSpec>;
  readonly status?: SeatStatus;
  /** Phase in the Seat's status. If a test sets it, the status describes the Seat's current spec. */
  readonly phase?: SeatPhase;
}

/** Builds a live Seat from a wanted Seat, with the fields that the API server would add. */
export function aSeat(wanted: Seat, { metadata, spec, status, phase }: SeatOverrides = {}): Seat {
  const completeSpec = { ...wanted.spec, ...spec };
  return {
    ...wanted,
    metadata: {
      ...wanted.metadata,
      uid: `uid-of-${wanted.metadata.name}`,
      generation: 1,
      resourceVersion: '1',
      ...metadata,
    },
    spec: completeSpec,
    ...((status ?? phase) && {
      status: { observedGeneration: 1, revision: completeSpec.revision, ...(phase && { phase }), ...status },
    }),
  };
}

/** Builds the live Seat of the attendee at this index. */
export function seatOf(workshop: Workshop, index: number, overrides: SeatOverrides = {}): Seat {
  const wanted = wantedSeats(workshop, LAB_HASH)[index];
  if (!wanted) throw new Error(`Expected a Workshop with more than ${index} attendees.`);
  return aSeat(wanted, overrides);
}

interface NodeOverrides {
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Node['spec'];
  readonly ready?: boolean;
}

/** Builds a Ready node with 4 CPU cores, 8Gi of memory and room for 110 pods. */
export const aNode = (
  name: string,
  { allocatable, labels = {}, spec = {}, ready = true }: NodeOverrides = {},
): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  spec,
  status: {
    allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...allocatable },
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
  },
});

const container = (requests: Record<string, string>): Container => ({ name: 'one', resources: { requests } });

/** Builds a pod on a node, with these requests. */
export const aPod = (name: string, node: string, requests: Record<string, string>, namespace = 'elsewhere'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { nodeName: node, containers: [container(requests)] },
  status: { phase: 'Running' },
});

/** Fake API server that ignores field selectors, so that its lists include pods that have ended. */
export class ClassApi extends FakeApi {
  override list<T extends KubeObject>(kind: Kind, { namespace, labelSelector }: ListOptions = {}): Promise<T[]> {
    return super.list<T>(kind, {
      ...(namespace !== undefined && { namespace }),
      ...(labelSelector !== undefined && { labelSelector }),
    });
  }
}
