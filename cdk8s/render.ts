// renderLab: the lab's objects for given values, the same that the chart prints for them.
import { ApiObject, App, Chart } from 'cdk8s';
import { MANAGED_BY, RELEASE, ROLES } from '../lab/names.ts';
import { components } from './lab/components.ts';
import type { Component } from './lab/components.ts';
import type { ClusterRoles, LabProps } from './lab/lab.ts';
import { plainCompute } from './plain.ts';
import { labValues } from './values.ts';
import type { LabValues } from './values.ts';

/** An object in a namespace, or in none. */
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

/** Some of the values: the rest are the defaults. Lists replace, and null takes a default entry out of a map, as in Helm. */
export type SomeValues<Of = LabValues> = Of extends readonly unknown[]
  ? Of
  : Of extends object
    ? { readonly [Key in keyof Of]?: SomeValues<Of[Key]> | (string extends keyof Of ? null : never) }
    : Of;

export interface LabRequest {
  /** The prefix of every object's name: a DNS label of at most 53 characters, as Helm has it. */
  readonly release: string;
  readonly namespace: string;
  readonly values?: SomeValues;
  /** The label app.kubernetes.io/managed-by. */
  readonly managedBy?: string;
  /** Cluster roles to bind, in place of the lab's own Roles. */
  readonly clusterRoles?: ClusterRoles;
}

type Tree = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(defaults: Tree, given: Tree): Tree {
  const merged = new Map(Object.entries(defaults));
  for (const [key, value] of Object.entries(given)) {
    const before = merged.get(key);
    if (value === null && merged.has(key)) merged.delete(key);
    else if (value !== undefined) merged.set(key, isMap(value) && isMap(before) ? merge(before, value) : value);
  }
  return Object.fromEntries(merged);
}

/** The values complete, as Helm puts them together from those given and the chart's own. */
export const completed = <Values extends object>(
  { default: defaults }: { readonly default: Values },
  given: NoInfer<SomeValues<Values>>,
): Values => merge(defaults as Tree, given as Tree) as Values;

export const completeValues = (given: SomeValues = {}): LabValues => completed(labValues, given);

/** The objects of one construct tree, in the order they were made. */
export function objectsOf<Props extends LabProps>(lab: Props, parts: readonly Component<Props>[]): AnyObject[] {
  const chart = new Chart(new App(), 'lab', { disableResourceNameHashes: true });
  for (const { name, construct: Part } of parts) new Part(chart, name, lab);
  return chart.node
    .findAll()
    .filter((node) => ApiObject.isApiObject(node))
    .map((object) => object.toJson() as AnyObject);
}

/** @throws where the release's name can't prefix names */
export function checkRelease(release: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/.test(release)) return;
  throw new Error(
    `A release's name must be at most 53 lower-case letters, digits and hyphens, not at its ends a hyphen; found "${release}".`,
  );
}

/**
 * The objects of one lab.
 * @throws where the release's name can't prefix names, or a pipeline names what isn't defined
 */
export function renderLab({
  release,
  namespace,
  values,
  managedBy = MANAGED_BY,
  clusterRoles,
}: LabRequest): KubernetesObject[] {
  checkRelease(release);
  const complete = completeValues(values);
  const lab: LabProps = {
    release,
    namespace,
    managedBy,
    values: complete,
    compute: plainCompute(complete),
    ...(clusterRoles && { clusterRoles }),
  };
  return objectsOf(
    lab,
    components.filter(({ enabled }) => enabled?.(lab) ?? true),
  ) as KubernetesObject[];
}

/** The object in that namespace: nothing else in a seat's lab says where it is. */
function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  const { metadata, subjects } = object as KubernetesObject & { readonly subjects?: readonly object[] };
  return {
    ...object,
    metadata: { ...metadata, namespace },
    ...(subjects && { subjects: subjects.map((subject) => ({ ...subject, namespace })) }),
  };
}

/**
 * The labs of seats, which have the same values and differ by their namespace only. Rendering takes a tenth of a second, and
 * is done once; after that a lab is a copy of what is about its namespace, and shares all the rest. Never mutate one.
 * @throws as renderLab
 */
export function labTemplate(values?: SomeValues): (namespace: string) => KubernetesObject[] {
  const lab = renderLab({
    release: RELEASE,
    namespace: 'default',
    ...(values && { values }),
    clusterRoles: { collector: ROLES.collector, guide: ROLES.guide },
  });
  return (namespace) => lab.map((object) => inNamespace(object, namespace));
}
