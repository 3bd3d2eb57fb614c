// The types, defaults and limits of Workshop and Seat in the API group intro-otel.dev/v1alpha1. They are derived from
// the schemas in cdk8s/operator/. The API server enforces the same schemas.
import type { workshopSpec, workshopStatus } from '../../cdk8s/operator/workshop.ts';
import type { seatSpec, seatStatus } from '../../cdk8s/operator/seat.ts';
import type { ValueOf } from '../../cdk8s/schema/schema.ts';
import { GROUP } from '../../lab/names.ts';
import type { KubeObject } from '../../kubernetes/object.ts';

export { API_VERSION, GROUP, LABELS, MANAGED_BY, NAMES, RELEASE, ROLES } from '../../lab/names.ts';
export { DEFAULTS, DNS_LABEL, LABEL_LENGTH, LIMITS } from '../../cdk8s/operator/workshop.ts';

/**
 * Name under which the operator owns the fields that it applies.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
 */
export const FIELD_MANAGER = 'intro-otel';

/**
 * The finalizer of Workshops and Seats. It delays the deletion of a Workshop until its Seats are gone, and the deletion
 * of a Seat until its namespace is gone.
 */
export const FINALIZER = `${GROUP}/cleanup`;

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
