// renderOperator: the operator's objects for given values. The chart prints the same objects.
import type { Component } from '../lab/components.ts';
import { valueCompute } from '../compute-values.ts';
import { unresolved, unresolvedValues } from '../lab/value.ts';
import type { Value } from '../lab/value.ts';
import { checkRelease, enabledOf, objectsOf } from '../render.ts';
import type { AnyObject, LabRequest } from '../render.ts';
import { completed } from '../schema/partial.ts';
import type { SomeValues } from '../schema/partial.ts';
import { definitions } from './definitions.ts';
import { Uninstall } from './uninstall.ts';
import { Operator } from './operator.ts';
import type { OperatorProps } from './props.ts';
import { Rbac } from './roles.ts';
import { chartValues } from './values.ts';
import type { ChartValues } from './values.ts';

export type SomeChartValues = SomeValues<ChartValues>;

const operates = ({ compute, values }: OperatorProps): Value<boolean> => compute.operates(values.operator.enabled);

/** The components of the operator, in the order of the templates. */
export const operatorParts: readonly Component<OperatorProps>[] = [
  ...definitions,
  { name: 'operator/rbac', construct: Rbac, enabled: operates },
  { name: 'operator/operator', construct: Operator, enabled: operates },
  { name: 'operator/farewell', construct: Uninstall, enabled: operates },
];

export interface OperatorRequest extends Pick<LabRequest, 'release' | 'namespace'> {
  readonly values?: SomeChartValues;
  /** The label app.kubernetes.io/managed-by. */
  readonly managedBy: string;
}

/** The chart's values complete. */
export const completeChartValues = (given: SomeChartValues = {}): ChartValues => completed(chartValues, given);

/**
 * The operator's objects: definitions, roles, the operator, and the Job that cleans up. None if values disable the
 * operator.
 * @throws if the release's name can't prefix names
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
