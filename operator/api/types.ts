// The types, defaults and limits of Workshop and Seat in the API group intro-otel.dev/v1alpha1. They are derived from
// the schemas in cdk8s/operator/. The API server enforces the same schemas.
import type { workshopSpec, workshopStatus } from '../../cdk8s/operator/workshop.ts';
import type { seatSpec, seatStatus } from '../../cdk8s/operator/seat.ts';
import type { ValueOf } from '../../cdk8s/schema/schema.ts';
import { GROUP } from '../../lab/names.ts';
import type { KubeObject } from '../../kubernetes/object.ts';

export {
  API_VERSION,
  CONFIRM_DELETION,
  FIELD_MANAGER,
  GROUP,
  LABELS,
  MANAGED_BY,
  NAMES,
  PRIORITY_CLASS,
  RELEASE,
  ROLES,
} from '../../lab/names.ts';
export { DEFAULTS, DNS_LABEL, LABEL_LENGTH, LIMITS, OPAQUE_LENGTH } from '../../cdk8s/operator/workshop.ts';

/**
 * The finalizer of Workshops and Seats. It delays the deletion of a Workshop until its Seats are gone, and the deletion
 * of a Seat until its namespace is gone.
 */
export const FINALIZER = `${GROUP}/cleanup`;

/** Reason of the condition Ready of a Seat or Workshop whose deletion something blocks. The message names it. */
export const DELETION_BLOCKED = 'DeletionBlocked';

/** Reason of a Seat's condition Ready if the attendee has broken the lab. Such a Seat does not stop the rollout. */
export const BROKEN_BY_ATTENDEE = 'BrokenByAttendee';

export type WorkshopSpec = ValueOf<typeof workshopSpec>;
export type WorkshopStatus = ValueOf<typeof workshopStatus>;
export type Attendee = NonNullable<WorkshopSpec['attendees']>[number];
export type QuotaSpec = NonNullable<WorkshopSpec['quota']>;
export type ScheduleSpec = NonNullable<WorkshopSpec['schedule']>;
export type SeatCounts = NonNullable<WorkshopStatus['seats']>;
export type FailingSeat = NonNullable<WorkshopStatus['failing']>[number];

export interface Workshop extends KubeObject {
  readonly spec: WorkshopSpec;
  readonly status?: WorkshopStatus;
}

export type SeatSpec = ValueOf<typeof seatSpec>;
export type Claim = NonNullable<SeatSpec['claim']>;
export type SeatStatus = ValueOf<typeof seatStatus>;
export type SeatPhase = NonNullable<SeatStatus['phase']>;

export interface Seat extends KubeObject {
  readonly spec: SeatSpec;
  readonly status?: SeatStatus;
}

/**
 * Whether the Seat waits until the nodes have room for it, so that it has no namespace yet. A seat that already follows
 * a revision runs, whatever somebody writes into its spec.
 */
export const isHeld = ({ spec, status }: Seat): boolean => spec.held === true && status?.revision === undefined;
