// Types of Kubernetes objects for constructs, and functions that create the objects. The types come from client-node,
// which follows a newer Kubernetes than the chart requires. Any part of an object may be an unresolved chart value. See
// docs/adr/0022-kubernetes-types.md.
import { ApiObject } from 'cdk8s';
import type { ApiObjectProps } from 'cdk8s';
import type { Construct } from 'constructs';
import type {
  RbacV1Subject,
  V1Affinity,
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1ConfigMap,
  V1Container,
  V1Deployment,
  V1EnvVar,
  V1Job,
  V1Lease,
  V1PodSpec,
  V1PolicyRule,
  V1Probe,
  V1ResourceRequirements,
  V1Role,
  V1RoleBinding,
  V1RoleRef,
  V1Secret,
  V1Service,
  V1ServiceAccount,
  V1Volume,
} from '@kubernetes/client-node';
import type { Given, Unresolved } from './value.ts';

/** Quantities by resource name. Kubernetes accepts text and numbers, while client-node's type has only text. */
export type Quantities = Given<Readonly<Record<string, string | number>>>;

interface Resources {
  readonly limits?: Quantities;
  readonly requests?: Quantities;
}

type Literal<Type> = Type extends V1ResourceRequirements
  ? V1ResourceRequirements extends Type
    ? Resources
    : Manifest<Type>
  : Type extends readonly (infer Item)[]
    ? readonly Part<Item>[]
    : Type extends object
      ? Manifest<Type>
      : Type;

type Opaque<Type> = [Type] extends [readonly (infer Item)[] | undefined]
  ? Unresolved<readonly Item[]>
  : Unresolved<Exclude<Type, undefined>>;

type Part<Type> = Opaque<Type> | Literal<Type>;

/** A Kubernetes type in which any field may be an unresolved chart value. */
export type Manifest<Type> = { readonly [Key in keyof Type]: Part<Type[Key]> };

export type Affinity = Manifest<V1Affinity>;
export type Container = Manifest<V1Container>;
export type EnvVar = Manifest<V1EnvVar>;
export type PodSpec = Manifest<V1PodSpec>;
export type Probe = Manifest<V1Probe>;
export type Volume = Manifest<V1Volume>;
export type PolicyRule = V1PolicyRule;
export type RoleRef = V1RoleRef;
export type Subject = RbacV1Subject;

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Given<Readonly<Record<string, string>>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

type Fields<Type> = Omit<Manifest<Type>, 'apiVersion' | 'kind' | 'metadata' | 'status'> & {
  readonly metadata: ObjectMeta;
};

/** Returns a function that adds an object of the given kind to a construct. */
export const kind =
  <Type>(apiVersion: string, name: string) =>
  (scope: Construct, id: string, fields: Fields<Type>): ApiObject =>
    new ApiObject(scope, id, { apiVersion, kind: name, ...fields } as ApiObjectProps);

const RBAC = 'rbac.authorization.k8s.io/v1';

export const clusterRole = kind<V1ClusterRole>(RBAC, 'ClusterRole');
export const clusterRoleBinding = kind<V1ClusterRoleBinding>(RBAC, 'ClusterRoleBinding');
export const configMap = kind<V1ConfigMap>('v1', 'ConfigMap');
export const deployment = kind<V1Deployment>('apps/v1', 'Deployment');
export const job = kind<V1Job>('batch/v1', 'Job');
export const lease = kind<V1Lease>('coordination.k8s.io/v1', 'Lease');
export const role = kind<V1Role>(RBAC, 'Role');
export const roleBinding = kind<V1RoleBinding>(RBAC, 'RoleBinding');
export const secret = kind<V1Secret>('v1', 'Secret');
export const service = kind<V1Service>('v1', 'Service');
export const serviceAccount = kind<V1ServiceAccount>('v1', 'ServiceAccount');
