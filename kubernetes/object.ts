// The fields that every Kubernetes object has, and the conditions of a status.

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  /** When the object was created, in RFC 3339 format. */
  readonly creationTimestamp?: string;
  /** When somebody requested the deletion of the object, in RFC 3339 format. Undefined before that. */
  readonly deletionTimestamp?: string;
  /** Seconds from the request until `deletionTimestamp`, in which a pod may shut down. */
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/**
 * A condition of an object's status.
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#condition-v1-meta
 */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** The reason for the condition's status, as one word in CamelCase for programs. */
  readonly reason: string;
  /** The reason for the condition's status, as a sentence for people. */
  readonly message: string;
  /** When the condition's status last changed, in RFC 3339 format. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** A kind of object, with the data from which a client builds the kind's URL path. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Returns an object's key: `namespace/name`, or `name` if the object is cluster-scoped. */
export const keyOf = ({ metadata: { name, namespace } }: KubeObject): string =>
  namespace === undefined ? name : `${namespace}/${name}`;
