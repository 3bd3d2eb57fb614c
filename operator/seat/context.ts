// What the seat's reconciler is constructed with, what it remembers, and what one reconcile passes to its phases.
import type { Seat, SeatStatus, Workshop } from '../api/types.ts';
import type { Api } from '../../kubernetes/api.ts';
import type { Applier } from '../engine/apply.ts';
import type { Clock, EventRecorder, Store } from '../engine/reconciler.ts';
import type { Inventory } from '../engine/store.ts';
import type { OperatorMetrics } from '../metrics.ts';
import type { Endpoint } from './kubeconfig.ts';
import type { Lab, labOf } from './rendered-lab.ts';
import type { Account } from './objects.ts';
import type { SeatProblem } from './phase-result.ts';
import type { PodDiagnosis } from './deployment-readiness.ts';
import type { Network } from './policies.ts';
import type { LabObject } from './types.ts';

/** Kinds of the objects in a seat's namespace. The operator prunes these. */
export const NAMESPACED_KINDS = [
  'ResourceQuota',
  'LimitRange',
  'NetworkPolicy',
  'ServiceAccount',
  'RoleBinding',
  'ConfigMap',
  'Service',
  'Deployment',
] as const;

export type NamespacedKind = (typeof NAMESPACED_KINDS)[number];

/**
 * Objects with the operator's label, and all Seats. The stores must keep these parts of a status: a Seat's whole
 * status, a Namespace's conditions, a Deployment's numbers and conditions, a Service's loadBalancer.
 */
export type SeatStores = Readonly<Record<NamespacedKind, Inventory>> & {
  readonly Seat: Store<Seat>;
  readonly Workshop: Store<Workshop>;
  readonly Namespace: Store;
};

/** What seats need to know about the cluster. When it changes, the caller enqueues the seats. */
export interface ClusterInfo extends Network, Endpoint {
  /** The address of any node as attendees reach it, if known. */
  readonly nodeAddress: string | undefined;
}

/** Milliseconds. */
export interface Deadlines {
  /** How long a lab may take to become ready before the seat has failed. Default 5 minutes. */
  readonly ready: number;
  /** How long the Seat waits for its namespace to be deleted. Default 10 minutes. */
  readonly gone: number;
  /** How often the kubeconfig's Secret is read, which is not watched. Default 30 minutes. */
  readonly secret: number;
}

export const DEADLINES: Deadlines = { ready: 5 * 60_000, gone: 10 * 60_000, secret: 30 * 60_000 };

export interface SeatOptions {
  readonly api: Api;
  readonly applier: Applier;
  readonly stores: SeatStores;
  readonly events: EventRecorder;
  readonly clock: Clock;
  /** The operator's own ServiceAccount, which every seat binds. */
  readonly operator: Account;
  readonly clusterInfo: () => ClusterInfo;
  /** Renders a lab. Default: the chart's. */
  readonly labOf?: typeof labOf;
  readonly deadlines?: Partial<Deadlines>;
  readonly metrics: OperatorMetrics;
}

/** What a process remembers of a seat between reconciles. Losing it is safe. Times are milliseconds since 1970. */
export interface SeatMemo {
  readonly uid: string;
  /** When the kubeconfig's Secret was last read or written. */
  secretCheckedAt?: number;
  /** The uid of the attendee's ServiceAccount. Tokens of an earlier account are invalid. */
  accountUid?: string;
  /** Whether this new seat has let other seats go first, just before its pods. */
  hasYielded?: boolean;
  /** Since when the API server denies writes. */
  forbiddenSince?: number;
  /** Since when a reconcile fails with an unexpected error. */
  failingSince?: number;
  /** The access that this process granted last, and the seat's revision at that time. */
  access?: { readonly value: NonNullable<SeatStatus['access']>; readonly revision: string };
  /** What the pods said last, and when. */
  podDiagnosis?: PodDiagnosis & { readonly at: number };
}

/** The objects of a seat as its spec wants them, except the namespace and the operator's RoleBinding. */
export interface DesiredSeat {
  readonly lab: Lab;
  readonly quota: LabObject;
  readonly limits: LabObject;
  /** NetworkPolicies, ServiceAccounts and RoleBindings: all that must exist before a pod. */
  readonly guardrails: readonly LabObject[];
  readonly secrets: readonly LabObject[];
  /** Services and ConfigMaps, except the dice's. */
  readonly services: readonly LabObject[];
  /** The dice's ConfigMap, which also holds files of the attendee's own. */
  readonly dice: LabObject | undefined;
  readonly deployments: readonly LabObject[];
  /** Deployments that run files of the attendee's own. */
  readonly customized: readonly string[];
}

/** One reconcile of one seat. */
export interface SeatContext {
  readonly options: SeatOptions;
  readonly deadlines: Deadlines;
  readonly seat: Seat;
  readonly memo: SeatMemo;
  /** When the reconcile started. Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Left out if the lab can't be rendered. */
  readonly desired?: DesiredSeat;
  /** The problem of an earlier phase. */
  readonly problem?: SeatProblem | undefined;
}

/** One reconcile of a seat whose lab can be rendered. */
export type LabContext = SeatContext & { readonly desired: DesiredSeat };

/** Whether the seat must run nothing: the instructor scaled it to 0, or the class has expired. */
export const isStopped = ({ spec }: Seat): boolean => spec.stopped === true || spec.replicas === 0;
