// Types of the Seat reconciler: its options, its memory of each seat, and the input of its phases.
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

/**
 * Kinds of the objects that the operator writes into a seat's namespace. It deletes an object of these kinds when the
 * object is no longer part of the lab.
 */
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
 * Caches of the Seats, the Workshops and all objects with the operator's label. From an object's status, a cache must
 * keep: all of a Seat's status, the conditions of a Namespace, the numbers and conditions of a Deployment, and the
 * `loadBalancer` of a Service. It may drop the rest.
 */
export type SeatStores = Readonly<Record<NamespacedKind, Inventory>> & {
  readonly Seat: Store<Seat>;
  readonly Workshop: Store<Workshop>;
  readonly Namespace: Store;
};

/**
 * Facts about the cluster that a seat's objects depend on. All seats must be reconciled when one of these facts
 * changes.
 */
export interface ClusterInfo extends Network, Endpoint {
  /** Address of a node that attendees can reach. Undefined if no such address is known. */
  readonly nodeAddress: string | undefined;
}

/** Time limits of a seat, in milliseconds. */
export interface Deadlines {
  /** How long a lab may take to become ready. After that, the seat's phase is Failed. Default 5 minutes. */
  readonly ready: number;
  /** Time between two reads of the kubeconfig's Secret, which the operator does not watch. Default 30 minutes. */
  readonly secret: number;
}

export const DEADLINES: Deadlines = { ready: 5 * 60_000, secret: 30 * 60_000 };

/** The portal, which lets people reach the guides of all seats. */
export interface Portal {
  /** Its ServiceAccount, which has the name of its Deployment. */
  readonly account: Account;
  /** Returns the public key, as PEM, that proves to a guide who signed a request. Undefined while it is unknown. */
  publicKey(): string | undefined;
}

export interface SeatOptions {
  readonly api: Api;
  readonly applier: Applier;
  readonly stores: SeatStores;
  readonly events: EventRecorder;
  readonly clock: Clock;
  /** The operator's own ServiceAccount. A RoleBinding in each seat's namespace gives it permissions there. */
  readonly operator: Account;
  readonly clusterInfo: () => ClusterInfo;
  /** The portal. Unset if the release has none. */
  readonly portal?: Portal;
  /** Function that renders a lab. Default: a function that renders the project's Helm chart. */
  readonly labOf?: typeof labOf;
  readonly deadlines?: Partial<Deadlines>;
  readonly metrics: OperatorMetrics;
}

/** What the operator knows from the Secret of the guide. */
export interface GuideSecrets {
  /** The key that signs the attendee's progress. Undefined until the guide's first start. */
  readonly key: string | undefined;
  /** The token that logs in to the guide. Undefined until the guide's first start. */
  readonly token: string | undefined;
}

/**
 * In-memory state of a seat between reconciles. The operator rebuilds it after a restart. Times are milliseconds since
 * 1970.
 */
export interface SeatMemo {
  readonly uid: string;
  /** When the kubeconfig's Secret was last read or written. */
  secretCheckedAt?: number;
  /**
   * The uid of the attendee's ServiceAccount. If somebody replaces the account, the uid changes and the old token is
   * invalid.
   */
  accountUid?: string;
  /**
   * Whether this new seat has already let the operator reconcile other seats, before its own pods are created. A seat
   * does so only once.
   */
  hasYielded?: boolean;
  /** Resource version of the ConfigMap of the dice as the operator last wrote it. */
  filesWritten?: string | undefined;
  /** Time since which the API server answers writes with 403 Forbidden. */
  forbiddenSince?: number;
  /** Time since which the reconciles of this seat end with an unexpected error. */
  failingSince?: number;
  /**
   * The field `status.access` for the kubeconfig that this process wrote most recently, and the seat's revision at that
   * time.
   */
  access?: { readonly value: NonNullable<SeatStatus['access']>; readonly revision: string };
  /** The guide's key and login token, as last read from the Secret. The operator does not watch Secrets. */
  guideSecrets?: GuideSecrets;
  /** The version of the progress for which the operator has read the guide's key. */
  keyReadFor?: string | undefined;
  /** The login link that this process last wrote to the kubeconfig's Secret. */
  link?: string;
  /** Since when a stopped seat has no pods at all, and whether the operator has looked for the last time. */
  pods?: { readonly goneSince: number; readonly isOver: boolean };
  /** What the seat's pods reported when the operator last listed them, and the time of that list. */
  podDiagnosis?: PodDiagnosis & { readonly at: number };
}

/** The objects that a seat's spec asks for, except the namespace and the RoleBinding of the operator. */
export interface DesiredSeat {
  readonly lab: Lab;
  readonly quota: LabObject;
  readonly limits: LabObject;
  /** What must exist before the first pod: NetworkPolicies, accounts and the quota of critical pods. */
  readonly guardrails: readonly LabObject[];
  readonly secrets: readonly LabObject[];
  /** Services and ConfigMaps, except the ConfigMap of the dice. */
  readonly services: readonly LabObject[];
  /** The ConfigMap of the dice. It also holds the files that the attendee edits. */
  readonly dice: LabObject | undefined;
  /** Resource version of the live ConfigMap of the dice from which the attendee's files are known. */
  readonly filesVersion: string | undefined;
  readonly deployments: readonly LabObject[];
  /** Names of the Deployments that run a file edited by the attendee. */
  readonly customized: readonly string[];
}

/** The input of one reconcile of one seat. */
export interface SeatContext {
  readonly options: SeatOptions;
  readonly deadlines: Deadlines;
  readonly seat: Seat;
  readonly memo: SeatMemo;
  /** Time when the reconcile started, in milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** The objects that the seat's spec asks for. Unset if the lab can't be rendered. */
  readonly desired?: DesiredSeat;
  /** The problem of an earlier phase of this reconcile. Unset if all earlier phases had none. */
  readonly problem?: SeatProblem | undefined;
}

/** The input of one reconcile of a seat whose lab can be rendered. */
export type LabContext = SeatContext & { readonly desired: DesiredSeat };

/**
 * Whether the seat's lab was rendered by another release of the operator, and waits until the Workshop's rollout
 * changes it. A stopped seat has no pods that a change would replace, so it never waits.
 */
export const awaitsRollout = ({ seat, desired }: Pick<SeatContext, 'seat' | 'desired'>): boolean =>
  desired !== undefined &&
  seat.spec.labHash !== undefined &&
  seat.spec.labHash !== desired.lab.hash &&
  !isStopped(seat);

/** Whether the seat must run no pods, because the instructor scaled it to 0 or the class has expired. */
export const isStopped = ({ spec }: Seat): boolean => spec.stopped === true || spec.replicas === 0;
