// Conditions of a status: find one, set one. Nothing here changes its arguments.
import type { Condition } from './object.ts';

/** The part of a condition that a reconciler decides. The times follow from it. */
export type ConditionSpec = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

export interface ObservedAt {
  /** The generation of the object that the reconciler looked at. */
  readonly generation?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** RFC 3339 in whole seconds, as Kubernetes writes its times. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export const conditionOf = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find((condition) => condition.type === type);

export const isTrue = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  conditionOf(conditions, type)?.status === 'True';

/**
 * The condition with its transition time, which changes only when the status does.
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

/** The conditions with this one. It replaces the one of its type, or comes last. */
export function setCondition(conditions: readonly Condition[] = [], spec: ConditionSpec, at: ObservedAt): Condition[] {
  const condition = withTransitionTime(conditionOf(conditions, spec.type), spec, at);
  const known = conditions.some(({ type }) => type === spec.type);
  return known ? conditions.map((one) => (one.type === spec.type ? condition : one)) : [...conditions, condition];
}

/** Exactly these conditions, in this order. */
export const setConditions = (
  conditions: readonly Condition[] = [],
  specs: readonly ConditionSpec[],
  at: ObservedAt,
): Condition[] => specs.map((spec) => withTransitionTime(conditionOf(conditions, spec.type), spec, at));
