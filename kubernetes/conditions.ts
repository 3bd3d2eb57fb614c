// Conditions of a status: set one, look one up. Nothing here changes what it is given.
import type { Condition } from './object.ts';

/** A condition as a reconciler says it; the rest follows. */
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
 * The condition as it is said now: where the status is what it was, so is the time of its last transition.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties
 */
function withTransitionTime(
  before: Condition | undefined,
  saying: ConditionSpec,
  { generation, now }: ObservedAt,
): Condition {
  return {
    ...saying,
    lastTransitionTime: before?.status === saying.status ? before.lastTransitionTime : rfc3339(now),
    ...(generation !== undefined && { observedGeneration: generation }),
  };
}

/** The conditions with this one in place of its type's, or after the others. */
export function setCondition(
  conditions: readonly Condition[] = [],
  saying: ConditionSpec,
  at: ObservedAt,
): Condition[] {
  const condition = withTransitionTime(conditionOf(conditions, saying.type), saying, at);
  const known = conditions.some(({ type }) => type === saying.type);
  return known ? conditions.map((one) => (one.type === saying.type ? condition : one)) : [...conditions, condition];
}

/** Exactly these conditions, in this order. */
export const setConditions = (
  conditions: readonly Condition[] = [],
  sayings: readonly ConditionSpec[],
  at: ObservedAt,
): Condition[] => sayings.map((saying) => withTransitionTime(conditionOf(conditions, saying.type), saying, at));
