// The API group intro-otel.dev/v1alpha1 as TypeScript: what the reconcilers read and write. The schema that the API server
// enforces is in cdk8s/operator/; a test holds the two together.
import { GROUP } from '../../lab/names.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import type { Condition, KubeObject } from '../../kubernetes/object.ts';

export { API_VERSION, GROUP, LABELS, MANAGED_BY, NAMES, RELEASE, ROLES } from '../../lab/names.ts';

/** Who owns what the operator applies: https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers */
export const FIELD_MANAGER = 'intro-otel';

/** Keeps a Workshop until its Seats are gone, and a Seat until its namespace is. */
export const FINALIZER = `${GROUP}/cleanup`;

export interface Attendee {
  /** A DNS label, unique in the Workshop; part of the namespace's name. */
  readonly name: string;
  readonly displayName?: string;
}

/** Amounts of one seat; what is left out is derived from the lab. Kubernetes quantities. */
export interface QuotaSpec {
  readonly cpu?: string | number;
  readonly memory?: string | number;
  readonly pods?: number;
}

export interface AccessSpec {
  /** How long an attendee's token is valid, as a duration such as 12h; renewed at four fifths of it. */
  readonly tokenLifetime?: string;
  /** The API server's URL as attendees reach it; found out where it is left out. */
  readonly server?: string;
}

export interface RolloutSpec {
  /** How many seats are made or changed at a time. Default 5. */
  readonly maxConcurrent?: number;
  /** After how many failed seats no other is begun. Default 3. */
  readonly maxFailures?: number;
  /** Nothing is begun while this is true. */
  readonly paused?: boolean;
}

export interface ScheduleSpec {
  /** RFC 3339. Images are pulled at once, seats made from then on. */
  readonly startsAt?: string;
  /** RFC 3339. */
  readonly expiresAt?: string;
  /** Default Delete. Delete removes the seats and keeps the Workshop; Stop scales every seat to nothing. */
  readonly afterExpiry?: 'Delete' | 'Stop' | 'Keep';
}

export interface WorkshopSpec {
  /** Either these or `seats`. */
  readonly attendees?: readonly Attendee[];
  /** As many attendees, called seat-01 … seat-99, seat-100 …: a seat's name does not change when a class grows. */
  readonly seats?: number;
  readonly lab?: SomeValues;
  readonly quota?: QuotaSpec;
  readonly rollout?: RolloutSpec;
  readonly access?: AccessSpec;
  readonly schedule?: ScheduleSpec;
}

export interface SeatCounts {
  readonly desired: number;
  /** Usable now. */
  readonly ready: number;
  /** As the Workshop's spec has it now. */
  readonly updated: number;
  readonly failed: number;
}

export interface FailingSeat {
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

export interface WorkshopStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly seats?: SeatCounts;
  /** The first five that fail, by name. */
  readonly failing?: readonly FailingSeat[];
  /** For the column: "11/30". */
  readonly summary?: string;
}

export interface Workshop extends KubeObject {
  readonly spec: WorkshopSpec;
  readonly status?: WorkshopStatus;
}

/** Written by the operator; only `replicas` is the instructor's (`kubectl scale seat NAME --replicas=0` stops it). */
export interface SeatSpec {
  readonly workshop: string;
  readonly attendee: string;
  readonly displayName?: string;
  /** Of lab, quota and access together: what the status names once the seat is as they say. */
  readonly revision: string;
  readonly lab?: SomeValues;
  readonly quota?: QuotaSpec;
  readonly access?: AccessSpec;
  /** Set when the class has expired with afterExpiry Stop. */
  readonly stopped?: boolean;
  /** 1 unless told otherwise; 0 stops the seat. Never written by the operator. */
  readonly replicas?: number;
}

export type SeatPhase = 'Pending' | 'Provisioning' | 'Ready' | 'Failed' | 'Stopped' | 'Terminating';

export interface SeatStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  /** For the column; the conditions say why. */
  readonly phase?: SeatPhase;
  readonly namespace?: string;
  /** The spec.revision that the namespace was last made to follow, all objects standing. */
  readonly revision?: string;
  /** The lab's URL, or the command that forwards a port to it. */
  readonly url?: string;
  readonly access?: {
    /** `namespace/name` of the Secret with the kubeconfig. */
    readonly secret: string;
    /** RFC 3339: when the token in it ends. */
    readonly expiresAt: string;
    /** RFC 3339: when it is to be renewed. */
    readonly renewAt: string;
  };
  readonly exercises?: { readonly passed: number; readonly total: number };
  /** For the column: "3/12". */
  readonly progress?: string;
  /** RFC 3339. */
  readonly lastActivity?: string;
  /** RFC 3339: when it was ready for the first time. */
  readonly readyAt?: string;
  /** For the scale subresource. */
  readonly replicas?: number;
}

export interface Seat extends KubeObject {
  readonly spec: SeatSpec;
  readonly status?: SeatStatus;
}
