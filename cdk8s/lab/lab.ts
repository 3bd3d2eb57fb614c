// The properties of every construct of the lab, and the names and labels that they share.
import { VERSION } from '../values.ts';
import type { LabValues } from '../values.ts';
import type { Compute } from './compute.ts';
import type { ObjectMeta } from './manifest.ts';
import type { Text, Values } from './value.ts';

/**
 * One lab in one namespace. In the chart's rendering everything in here is a token that the printer replaces. So a
 * construct passes values on, puts text together, and leaves everything else to `compute`. The types enforce that.
 */
export interface LabProps {
  readonly release: Text;
  readonly namespace: Text;
  /** The program that applies the objects: Helm or the operator. */
  readonly managedBy: Text;
  readonly values: Values<LabValues>;
  readonly compute: Compute;
  /** Existing cluster roles to bind. Without them the lab has Roles of its own, which not every user may create. */
  readonly clusterRoles?: ClusterRoles;
}

export interface ClusterRoles {
  /** The role of the Collector. */
  readonly collector: string;
  /** The role of the guide. */
  readonly guide: string;
}

const NAME = 'intro-otel';

/** The prefix of the lab's own annotations and attributes. */
export const DOMAIN = 'intro-otel.dev';

export const nameOf = (lab: LabProps, component: string): string => `${lab.release}-${component}`;

/** Labels that select the pods of one component, even if the namespace has a second lab. */
export const selectorLabels = (lab: LabProps, component: string): Record<string, string> => ({
  'app.kubernetes.io/name': NAME,
  'app.kubernetes.io/instance': lab.release,
  'app.kubernetes.io/component': component,
});

/** Labels of a pod. They don't change with the lab's version, since every upgrade would then replace every pod. */
export const podLabels = (lab: LabProps, component: string): Record<string, string> => ({
  ...selectorLabels(lab, component),
  'app.kubernetes.io/part-of': NAME,
});

/** Labels of an object. */
export const labels = (lab: LabProps, component: string, version: string = VERSION): ObjectMeta['labels'] =>
  lab.compute.labels({
    ...podLabels(lab, component),
    'app.kubernetes.io/version': version,
    'app.kubernetes.io/managed-by': lab.managedBy,
  });

/** Metadata that differs from the default. */
export interface MetadataProps extends Partial<Pick<ObjectMeta, 'name' | 'annotations'>> {
  /** Version of the component. Default: that of the lab. */
  readonly version?: string;
}

/** The metadata of an object in the lab's namespace. */
export const metadata = (lab: LabProps, component: string, { version, ...fields }: MetadataProps = {}): ObjectMeta => ({
  name: nameOf(lab, component),
  namespace: lab.namespace,
  ...fields,
  labels: labels(lab, component, version),
});

export const serviceUrl = (lab: LabProps, component: string, port: number): string =>
  `http://${nameOf(lab, component)}:${port}`;
