// Functions that find and set conditions in an object's status. They return new lists and don't change their arguments.
import type { Condition } from './object.ts';

/** The fields of a condition that a reconciler decides. The functions in this file compute the other fields. */
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
 * Returns the condition `spec` with its lastTransitionTime. If the old condition `before` has the same status, the new
 * condition keeps the time of `before`. Otherwise, it gets the current time.
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
 * Returns `conditions` with the condition `spec` added. If `conditions` has a condition of the same type, `spec`
 * replaces it.
 */
export function setCondition(conditions: readonly Condition[] = [], spec: ConditionSpec, at: ObservedAt): Condition[] {
  const condition = withTransitionTime(conditionOf(conditions, spec.type), spec, at);
  const known = conditions.some(({ type }) => type === spec.type);
  return known ? conditions.map((one) => (one.type === spec.type ? condition : one)) : [...conditions, condition];
}

/**
 * Returns the conditions `specs`, which replace all of `conditions`. If an old condition has the type and the status of
 * a new one, the new one keeps its lastTransitionTime.
 */
export const setConditions = (
  conditions: readonly Condition[] = [],
  specs: readonly ConditionSpec[],
  at: ObservedAt,
): Condition[] => specs.map((spec) => withTransitionTime(conditionOf(conditions, spec.type), spec, at));
