// The props of every construct of the lab, and the names and labels that the constructs share.
import { VERSION } from '../values.ts';
import type { LabValues } from '../values.ts';
import type { Compute } from './compute.ts';
import type { ObjectMeta } from './manifest.ts';
import type { Text, Values } from './value.ts';

/**
 * The props of one lab in one namespace. When the chart is rendered, every value here is a token that the printer
 * replaces. So a construct may only copy values and join text. `compute` does everything else, and the types enforce
 * both rules.
 */
export interface LabProps {
  readonly release: Text;
  readonly namespace: Text;
  /** Name of the program that applies the objects: Helm or the operator. */
  readonly managedBy: Text;
  readonly values: Values<LabValues>;
  readonly compute: Compute;
  /**
   * Names of existing ClusterRoles that the lab binds. Without them, the lab creates Roles, for which the user needs
   * more permissions.
   */
  readonly clusterRoles?: ClusterRoles;
  /** Name of the PriorityClass of the lab's pods. Default: the cluster's default class. */
  readonly priorityClass?: string;
  /** Name of the ConfigMap with the portal's public key. A seat has one if the class has a portal. Default: none. */
  readonly portalKey?: string;
}

export interface ClusterRoles {
  /** Name of the Collector's ClusterRole. */
  readonly collector: string;
  /** Name of the guide's ClusterRole. */
  readonly guide: string;
}

const NAME = 'intro-otel';

/** Domain that starts the names of the lab's own annotations and attributes. */
export const DOMAIN = 'intro-otel.dev';

export const nameOf = (lab: LabProps, component: string): string => `${lab.release}-${component}`;

/** Returns labels that select the pods of one component, without the pods of other labs in the namespace. */
export const selectorLabels = (lab: LabProps, component: string): Record<string, string> => ({
  'app.kubernetes.io/name': NAME,
  'app.kubernetes.io/instance': lab.release,
  'app.kubernetes.io/component': component,
});

/**
 * Returns the labels of a pod. They don't contain the lab's version, because an upgrade would then replace every pod.
 */
export const podLabels = (lab: LabProps, component: string): Record<string, string> => ({
  ...selectorLabels(lab, component),
  'app.kubernetes.io/part-of': NAME,
});

/** Returns the labels of an object. */
export const labels = (lab: LabProps, component: string, version: string = VERSION): ObjectMeta['labels'] =>
  lab.compute.labels({
    ...podLabels(lab, component),
    'app.kubernetes.io/version': version,
    'app.kubernetes.io/managed-by': lab.managedBy,
  });

/** Metadata fields that replace the defaults of the function `metadata`. */
export interface MetadataProps extends Partial<Pick<ObjectMeta, 'name' | 'annotations'>> {
  /** Version of the component. Default: the lab's version. */
  readonly version?: string;
}

/** Returns the metadata of an object in the lab's namespace. */
export const metadata = (lab: LabProps, component: string, { version, ...fields }: MetadataProps = {}): ObjectMeta => ({
  name: nameOf(lab, component),
  namespace: lab.namespace,
  ...fields,
  labels: labels(lab, component, version),
});

export const serviceUrl = (lab: LabProps, component: string, port: number): string =>
  `http://${nameOf(lab, component)}:${port}`;
