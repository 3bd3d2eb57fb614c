// What the seat's reconciler is given, and what one reconcile carries along.
import type { Seat, SeatStatus, Workshop } from '../api/types.ts';
import type { Api } from '../../kubernetes/api.ts';
import type { Applier } from '../engine/apply.ts';
import type { OperatorMetrics } from '../metrics.ts';
import type { Clock, EventRecorder, Store } from '../engine/reconciler.ts';
import type { Inventory } from '../engine/store.ts';
import type { Endpoint } from './kubeconfig.ts';
import type { labOf } from './lab.ts';
import type { Account } from './objects.ts';
import type { Network } from './policies.ts';

/** Kinds of the objects in a seat's namespace; what is of these and no longer wanted is deleted. */
export const INSIDE = [
  'ResourceQuota',
  'LimitRange',
  'NetworkPolicy',
  'ServiceAccount',
  'RoleBinding',
  'ConfigMap',
  'Service',
  'Deployment',
] as const;

/**
 * Objects with the label of the operator, and all Seats. Of a status there must be: all of a Seat's, a Namespace's conditions, a Deployment's
 * numbers and conditions, a Service's loadBalancer.
 */
export type SeatStores = Readonly<Record<(typeof INSIDE)[number], Inventory>> & {
  readonly Seat: Store<Seat>;
  readonly Workshop: Store<Workshop>;
  readonly Namespace: Store;
};

/** What is around the seats. It may change; then it is for the caller to have seats reconciled. */
export interface ClusterInfo extends Network, Endpoint {
  /** Of any node, as attendees reach it, if one is known. */
  readonly nodeAddress: string | undefined;
}

/** Milliseconds. */
export interface Deadlines {
  /** How long a lab may take to become ready before the seat has failed. Default 5 minutes. */
  readonly ready: number;
  /** How long a namespace may take to go before the Seat no longer waits for it. Default 10 minutes. */
  readonly gone: number;
  /** How often the Secret with the kubeconfig is looked at, which is not watched. Default 30 minutes. */
  readonly secret: number;
}

export const DEADLINES: Deadlines = { ready: 5 * 60_000, gone: 10 * 60_000, secret: 30 * 60_000 };

export interface SeatOptions {
  readonly api: Api;
  readonly applier: Applier;
  readonly stores: SeatStores;
  readonly events: EventRecorder;
  readonly clock: Clock;
  /** The operator's own ServiceAccount, which is bound in every seat. */
  readonly operator: Account;
  readonly surroundings: () => ClusterInfo;
  /** Default: those of the chart. */
  readonly labOf?: typeof labOf;
  readonly deadlines?: Partial<Deadlines>;
  readonly metrics: OperatorMetrics;
}

/** What is remembered of a seat from one reconcile to the next; after a restart it is found out anew. Times in milliseconds since 1970. */
export interface SeatMemo {
  readonly uid: string;
  /** When the Secret was last looked at. */
  secretSeen?: number;
  /** The uid of the attendee's ServiceAccount: the tokens of another are void. */
  account?: string;
  /** That all but what runs pods has been made, and other seats have had their turn since. */
  hasGivenWay?: boolean;
  /** Since when writes have been forbidden. */
  forbiddenSince?: number;
  /** Since when something has failed that isn't known. */
  failingSince?: number;
  /** The access that was last made here, and the revision of the seat for which it was. */
  access?: { readonly made: NonNullable<SeatStatus['access']>; readonly revision: string };
  /** When it was last looked for what the lab is waiting for, and what was found. */
  waiting?: {
    readonly at: number;
    readonly for: readonly string[];
    readonly why: { readonly reason: string; readonly message: string } | undefined;
  };
}

/** One reconcile of one seat. */
export interface SeatContext {
  readonly options: SeatOptions;
  readonly deadlines: Deadlines;
  readonly seat: Seat;
  readonly note: SeatMemo;
  /** When it began. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Whether the seat is to run nothing: the instructor has scaled it to nothing, or the class has expired. */
export const isStopped = ({ spec }: Seat): boolean => spec.stopped === true || spec.replicas === 0;
