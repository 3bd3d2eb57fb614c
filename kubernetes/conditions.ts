// Functions that find and set conditions in an object's status. They return new lists and don't change their arguments.
import type { Condition } from './object.ts';

/** The fields of a condition that a reconciler decides. The other fields are computed. */
export type ConditionSpec = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

export interface ObservedAt {
  /** The metadata.generation of the object that the reconciler read. */
  readonly generation?: number | undefined;
  /** The current time in milliseconds since 1970. */
  readonly now: number;
}

/** Formats a time as RFC 3339 in whole seconds, as Kubernetes does. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export const conditionOf = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find((condition) => condition.type === type);

export const isTrue = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  conditionOf(conditions, type)?.status === 'True';

/**
 * Returns the condition `spec` with a transition time. The time is that of the old condition `before` if both have the
 * same status, or else the current time.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties
 */
function withTransitionTime(
  before: Condition | undefined,
  spec: ConditionSpec,
  { generation, now }: ObservedAt,
): Condition {
  return {
    ...spec,
    lastTransitionTime: before?.status === spec.status ? before.lastTransitionTime : rfc3339(now),
    ...(generation !== undefined && { observedGeneration: generation }),
  };
}

/**
 * Returns the conditions after adding a new condition. If a condition of the same type exists, the new condition
 * replaces it.
 */
export function setCondition(conditions: readonly Condition[] = [], spec: ConditionSpec, at: ObservedAt): Condition[] {
  const condition = withTransitionTime(conditionOf(conditions, spec.type), spec, at);
  const known = conditions.some(({ type }) => type === spec.type);
  return known ? conditions.map((one) => (one.type === spec.type ? condition : one)) : [...conditions, condition];
}

/**
 * Returns new conditions that replace all old conditions. A new condition keeps the transition time of the old
 * condition of its type if both have the same status.
 */
export const setConditions = (
  conditions: readonly Condition[] = [],
  specs: readonly ConditionSpec[],
  at: ObservedAt,
): Condition[] => specs.map((spec) => withTransitionTime(conditionOf(conditions, spec.type), spec, at));
