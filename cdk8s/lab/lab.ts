// What every construct of the lab is given, and the names and labels they share.
import type { k8s } from 'cdk8s-plus-27';
import { VERSION } from '../values.ts';
import type { LabValues } from '../values.ts';
import type { Compute } from './compute.ts';

/**
 * One lab in one namespace. In the chart's rendering every string, number and map in here is a sentinel that the printer
 * replaces; so a construct hands values on, puts strings together, and leaves all else to `compute`.
 */
export interface LabProps {
  readonly release: string;
  readonly namespace: string;
  /** Who applies the objects: Helm, or the operator. */
  readonly managedBy: string;
  readonly values: LabValues;
  readonly compute: Compute;
  /** Cluster roles that are there and are bound, so that who applies the lab need not be allowed to make roles; else the lab has its own. */
  readonly clusterRoles?: ClusterRoles;
}

export interface ClusterRoles {
  /** What the Collector may do in the namespace. */
  readonly collector: string;
  /** What the guide may do there. */
  readonly guide: string;
}

const NAME = 'intro-otel';

/** The prefix of the lab's own annotations and attributes. */
export const DOMAIN = 'intro-otel.dev';

export const nameOf = (lab: LabProps, component: string): string => `${lab.release}-${component}`;

/** What tells the pods of a component from all others, also where a second lab lives in the same namespace. */
export const selectorLabels = (lab: LabProps, component: string): Record<string, string> => ({
  'app.kubernetes.io/name': NAME,
  'app.kubernetes.io/instance': lab.release,
  'app.kubernetes.io/component': component,
});

/** Labels of a pod: nothing that changes with the lab's version, or every upgrade would replace every pod. */
export const podLabels = (lab: LabProps, component: string): Record<string, string> => ({
  ...selectorLabels(lab, component),
  'app.kubernetes.io/part-of': NAME,
});

/** Labels of an object. */
export const labels = (lab: LabProps, component: string): Record<string, string> => ({
  ...podLabels(lab, component),
  'app.kubernetes.io/version': VERSION,
  'app.kubernetes.io/managed-by': lab.managedBy,
});

/** The metadata of an object in the lab's namespace. */
export const metadata = (lab: LabProps, component: string, more: Partial<k8s.ObjectMeta> = {}): k8s.ObjectMeta => ({
  name: nameOf(lab, component),
  namespace: lab.namespace,
  ...more,
  labels: { ...labels(lab, component), ...more.labels },
});

export const serviceUrl = (lab: LabProps, component: string, port: number): string =>
  `http://${nameOf(lab, component)}:${port}`;
