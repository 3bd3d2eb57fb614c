// Renders the operator's Kubernetes objects from given values. The chart prints the same objects.
import type { Component } from '../lab/components.ts';
import { valueCompute } from '../compute-values.ts';
import { unresolved, unresolvedValues } from '../lab/value.ts';
import type { Value } from '../lab/value.ts';
import { checkRelease, enabledOf, objectsOf } from '../render.ts';
import type { AnyObject, LabRequest } from '../render.ts';
import { completed } from '../schema/partial.ts';
import type { SomeValues } from '../schema/partial.ts';
import { Admission } from './admission.ts';
import { definitions } from './definitions.ts';
import { Uninstall } from './uninstall.ts';
import { Operator } from './operator.ts';
import { portalParts } from './portal.ts';
import type { OperatorProps } from './props.ts';
import { Rbac } from './roles.ts';
import { chartValues } from './values.ts';
import type { ChartValues } from './values.ts';

export type SomeChartValues = SomeValues<ChartValues>;

const operates = ({ compute, values }: OperatorProps): Value<boolean> => compute.operates(values.operator.enabled);

/** The operator's components, in the order of the chart's templates. */
export const operatorParts: readonly Component<OperatorProps>[] = [
  ...definitions,
  { name: 'operator/admission', construct: Admission, enabled: operates },
  { name: 'operator/rbac', construct: Rbac, enabled: operates },
  { name: 'operator/operator', construct: Operator, enabled: operates },
  { name: 'operator/farewell', construct: Uninstall, enabled: operates },
  ...portalParts,
];

export interface OperatorRequest extends Pick<LabRequest, 'release' | 'namespace'> {
  readonly values?: SomeChartValues;
  /** Value of the label app.kubernetes.io/managed-by. */
  readonly managedBy: string;
}

/** Returns the given values, completed with the chart's defaults. */
export const completeChartValues = (given: SomeChartValues = {}): ChartValues => completed(chartValues, given);

/**
 * Renders the operator's objects: CRDs, roles, the operator, and the uninstall Job. Returns no objects if values
 * disable the operator.
 * @throws if the release's name is invalid
 */
export function renderOperator({ release, namespace, values, managedBy }: OperatorRequest): AnyObject[] {
  checkRelease(release);
  const complete = completeChartValues(values);
  const props: OperatorProps = {
    release: unresolved(release),
    namespace: unresolved(namespace),
    managedBy: unresolved(managedBy),
    values: unresolvedValues(complete),
    compute: valueCompute(complete),
  };
  return objectsOf(props, enabledOf(props, operatorParts));
}
