// renderOperator: the operator's objects for given values, the same that the chart prints for them.
import type { Component } from '../lab/components.ts';
import { plainCompute } from '../plain.ts';
import { checkRelease, completed, objectsOf } from '../render.ts';
import type { AnyObject, LabRequest, SomeValues } from '../render.ts';
import { definitions } from './definitions.ts';
import { Uninstall } from './uninstall.ts';
import { Operator } from './operator.ts';
import type { OperatorProps } from './props.ts';
import { Rbac } from './roles.ts';
import { chartValues } from './values.ts';
import type { ChartValues } from './values.ts';

export type SomeChartValues = SomeValues<ChartValues>;

const operates = ({ compute, values }: OperatorProps): boolean => compute.operates(values.operator.enabled);

/** The parts of the operator, in the order they are listed and printed. */
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

/** The chart's values complete, as Helm puts them together from those given and the chart's own. */
export const completeChartValues = (given: SomeChartValues = {}): ChartValues => completed(chartValues, given);

/**
 * The operator's objects: definitions, rights, the operator, and what says farewell; none where values don't enable it.
 * @throws where the release's name can't prefix names
 */
export function renderOperator({ release, namespace, values, managedBy }: OperatorRequest): AnyObject[] {
  checkRelease(release);
  const complete = completeChartValues(values);
  const props: OperatorProps = { release, namespace, managedBy, values: complete, compute: plainCompute(complete) };
  return objectsOf(
    props,
    operatorParts.filter(({ enabled }) => enabled?.(props) ?? true),
  );
}
