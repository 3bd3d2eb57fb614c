// Types of the Kubernetes objects that we read and write, as they are in JSON. This file has only types, so an import
// of it loads no code at run time.
// https://kubernetes.io/docs/reference/kubernetes-api/
import type * as k8s from '@kubernetes/client-node';
import type { KubeObject } from './object.ts';

/**
 * A type of the npm package @kubernetes/client-node, changed to what the JSON contains: times are RFC 3339 strings.
 * All fields are read-only.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { readonly [Field in keyof T]: Wire<T[Field]> }
      : T;

/**
 * An object type of @kubernetes/client-node in which kind and name are required. In that package, they are optional.
 */
type Resource<T> = KubeObject & Wire<Omit<T, keyof KubeObject>>;

export type Container = Wire<k8s.V1Container>;
export type ContainerState = Wire<k8s.V1ContainerState>;
/** The status of a container. Only the name is always present. */
export type ContainerStatus = Pick<Wire<k8s.V1ContainerStatus>, 'name'> & Partial<Wire<k8s.V1ContainerStatus>>;
export type PodSpec = Wire<k8s.V1PodSpec>;
export interface PodStatus extends Omit<Wire<k8s.V1PodStatus>, 'containerStatuses' | 'initContainerStatuses'> {
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}
export type PodCondition = Wire<k8s.V1PodCondition>;
/** A template for pods. Its spec is required. In @kubernetes/client-node, it is optional. */
export type PodTemplate = Wire<Omit<k8s.V1PodTemplateSpec, 'spec'>> & { readonly spec: PodSpec };
export type ResourceRequirements = Wire<k8s.V1ResourceRequirements>;
export type Taint = Wire<k8s.V1Taint>;
export type Toleration = Wire<k8s.V1Toleration>;
export interface DeploymentSpec extends Partial<Omit<Wire<k8s.V1DeploymentSpec>, 'template'>> {
  readonly template: PodTemplate;
}
export type DeploymentCondition = Wire<k8s.V1DeploymentCondition>;
export type LeaseSpec = Wire<k8s.V1LeaseSpec>;

export type ConfigMap = Resource<k8s.V1ConfigMap>;
export type Deployment = Resource<Omit<k8s.V1Deployment, 'spec'>> & { readonly spec: DeploymentSpec };
export type EndpointSlice = Resource<k8s.V1EndpointSlice>;
export type Event = Resource<k8s.CoreV1Event>;
export type Lease = Resource<k8s.V1Lease>;
export type LimitRange = Resource<k8s.V1LimitRange>;
export type Namespace = Resource<k8s.V1Namespace>;
export type NetworkPolicy = Resource<k8s.V1NetworkPolicy>;
export type Node = Resource<k8s.V1Node>;
export type Pod = KubeObject & { readonly spec: PodSpec; readonly status?: PodStatus };
export type ResourceQuota = Resource<k8s.V1ResourceQuota>;
export type RoleBinding = Resource<k8s.V1RoleBinding>;
export type Secret = Resource<k8s.V1Secret>;
export type Service = Resource<k8s.V1Service>;
export type ServiceAccount = Resource<k8s.V1ServiceAccount>;
