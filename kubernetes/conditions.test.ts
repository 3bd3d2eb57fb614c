import type { Condition } from './object.ts';
import { conditionOf, isTrue, rfc3339, setCondition, setConditions } from './conditions.ts';

const MONDAY = Date.UTC(2026, 0, 5, 9);
const later = (seconds: number): number => MONDAY + seconds * 1000;
const ready = {
  type: 'Ready',
  status: 'True',
  reason: 'AllReady',
  message: 'All 8 deployments are available.',
} as const;
const waiting = { type: 'Ready', status: 'False', reason: 'Starting', message: 'Waiting for lab-dice.' } as const;

test('adds a new condition with the transition time and the observed generation', () => {
  expect(setCondition(undefined, ready, { generation: 3, now: MONDAY })).toEqual([
    { ...ready, lastTransitionTime: '2026-01-05T09:00:00Z', observedGeneration: 3 },
  ]);
});

test('keeps the transition time of a condition if only its reason changes', () => {
  const before = setCondition(undefined, waiting, { generation: 1, now: MONDAY });
  const after = setCondition(before, { ...waiting, reason: 'ImagePull' }, { generation: 2, now: later(60) });
  expect(after).toEqual([
    { ...waiting, reason: 'ImagePull', lastTransitionTime: rfc3339(MONDAY), observedGeneration: 2 },
  ]);
});

test('updates the transition time of a condition when its status changes', () => {
  const before = setCondition(undefined, waiting, { generation: 1, now: MONDAY });
  expect(conditionOf(setCondition(before, ready, { generation: 1, now: later(60) }), 'Ready')?.lastTransitionTime).toBe(
    rfc3339(later(60)),
  );
});

test('keeps conditions of other types unchanged', () => {
  const other: Condition = {
    type: 'Isolated',
    status: 'Unknown',
    reason: 'NotProbed',
    message: 'Wait.',
    lastTransitionTime: rfc3339(MONDAY),
  };
  const after = setCondition([other, { ...waiting, lastTransitionTime: rfc3339(MONDAY) }], ready, { now: later(60) });
  expect(after.map(({ type, status }) => [type, status])).toEqual([
    ['Isolated', 'Unknown'],
    ['Ready', 'True'],
  ]);
  expect(after[0]).toBe(other);
});

test('replaces all conditions, but keeps the transition times of conditions whose status stays the same', () => {
  const before = [waiting, { ...ready, type: 'Old' }].map((one) => ({ ...one, lastTransitionTime: rfc3339(MONDAY) }));
  const after = setConditions(before, [{ ...ready, type: 'Access' }, waiting], { now: later(60) });
  expect(after.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
    ['Access', rfc3339(later(60))],
    ['Ready', rfc3339(MONDAY)],
  ]);
});

test('counts a condition as true only when its status is True', () => {
  const at = { lastTransitionTime: rfc3339(MONDAY) };
  expect([
    isTrue([{ ...ready, ...at }], 'Ready'),
    isTrue([{ ...waiting, ...at }], 'Ready'),
    isTrue([], 'Ready'),
  ]).toEqual([true, false, false]);
});
