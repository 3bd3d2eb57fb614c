// Renders the Kubernetes objects of a lab from given values. The chart prints the same objects.
import { ApiObject, App, Chart } from 'cdk8s';
import { MANAGED_BY, PORTAL, PRIORITY_CLASS, RELEASE, ROLES } from '../lab/names.ts';
import { components } from './lab/components.ts';
import type { Component } from './lab/components.ts';
import type { ClusterRoles, LabProps } from './lab/lab.ts';
import { valueCompute } from './compute-values.ts';
import { resolved, unresolved, unresolvedValues } from './lab/value.ts';
import { completed } from './schema/partial.ts';
import type { SomeValues as SomeOf } from './schema/partial.ts';
import { labValues } from './values.ts';
import type { LabValues } from './values.ts';

/** A Kubernetes object, namespaced or cluster-scoped. */
export interface AnyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export interface KubernetesObject extends AnyObject {
  readonly metadata: AnyObject['metadata'] & { readonly namespace: string };
}

/** Values of a lab of which the caller sets only some. A value that is not set has its default. */
export type SomeValues = SomeOf<LabValues>;

export interface LabRequest {
  /** The name of the release, which starts every object's name: a DNS label of at most 53 characters, as in Helm. */
  readonly release: string;
  readonly namespace: string;
  readonly values?: SomeValues;
  /** Value of the label app.kubernetes.io/managed-by. */
  readonly managedBy?: string;
  /** Names of existing ClusterRoles. If they are given, the lab binds them and creates no Roles of its own. */
  readonly clusterRoles?: ClusterRoles;
  /** Name of an existing PriorityClass for the lab's pods. */
  readonly priorityClass?: string;
  /** Name of the ConfigMap with the portal's public key, if the lab is a seat. */
  readonly portalKey?: string;
}

/** Returns the given values, completed with the lab's defaults. */
export const completeValues = (given: SomeValues = {}): LabValues => completed(labValues, given);

/** Returns the objects of the components, in the order of their creation. */
export function objectsOf<Props extends LabProps>(lab: Props, parts: readonly Component<Props>[]): AnyObject[] {
  const chart = new Chart(new App(), 'lab', { disableResourceNameHashes: true });
  for (const { name, construct: Part } of parts) new Part(chart, name, lab);
  return chart.node
    .findAll()
    .filter((node) => ApiObject.isApiObject(node))
    .map((object) => object.toJson() as AnyObject);
}

/** Returns the components in `parts` that the values of the lab enable. The values must not contain tokens. */
export const enabledOf = <Props extends LabProps>(lab: Props, parts: readonly Component<Props>[]) =>
  parts.filter(({ enabled }) => enabled === undefined || resolved(enabled(lab)));

/**
 * Checks a release's name.
 * @throws if the name isn't valid as the start of object names
 */
export function checkRelease(release: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/.test(release)) return;
  throw new Error(
    `A release's name must be at most 53 lower-case letters, digits and hyphens, without a hyphen at either end; ` +
      `found "${release}".`,
  );
}

/**
 * Renders the objects of one lab.
 * @throws if the release's name is invalid, or a pipeline names a Collector component that isn't defined
 */
export function renderLab({
  release,
  namespace,
  values,
  managedBy = MANAGED_BY,
  clusterRoles,
  priorityClass,
  portalKey,
}: LabRequest): KubernetesObject[] {
  checkRelease(release);
  const complete = completeValues(values);
  const lab: LabProps = {
    release: unresolved(release),
    namespace: unresolved(namespace),
    managedBy: unresolved(managedBy),
    values: unresolvedValues(complete),
    compute: valueCompute(complete),
    ...(clusterRoles && { clusterRoles }),
    ...(priorityClass !== undefined && { priorityClass }),
    ...(portalKey !== undefined && { portalKey }),
  };
  return objectsOf(lab, enabledOf(lab, components)) as KubernetesObject[];
}

/**
 * Returns a copy of the object with another namespace in its metadata and its subjects. In a seat's lab, only these
 * fields depend on the namespace.
 */
function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  const { metadata, subjects } = object as KubernetesObject & { readonly subjects?: readonly object[] };
  return {
    ...object,
    metadata: { ...metadata, namespace },
    ...(subjects && { subjects: subjects.map((subject) => ({ ...subject, namespace })) }),
  };
}

/**
 * Returns a function that takes a seat's namespace and returns the objects of the seat's lab. The labs of all seats
 * have the same values. So the lab is rendered only once, which takes about 100 ms. The labs share parts of their
 * objects, so callers must not change an object.
 * @throws the same errors as renderLab
 */
export function labTemplate(values?: SomeValues): (namespace: string) => KubernetesObject[] {
  const lab = renderLab({
    release: RELEASE,
    namespace: 'default',
    ...(values && { values }),
    clusterRoles: { collector: ROLES.collector, guide: ROLES.guide },
    priorityClass: PRIORITY_CLASS,
    portalKey: PORTAL.configMap,
  });
  return (namespace) => lab.map((object) => inNamespace(object, namespace));
}
