import { createHmac } from 'node:crypto';
import { proofOf } from '../../apps/guide/passed-steps.ts';
import { courseStepIds } from '../../course/step-ids.ts';
import { progressOf } from './progress.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';

const NOW = Date.UTC(2026, 0, 5, 9);
const TIMES = { startedAt: '2026-01-05T07:00:00Z', passedAt: '2026-01-05T08:00:00Z' };
const STEPS = courseStepIds();
const [first = '', second = ''] = STEPS;
const TOTAL = STEPS.length;
const signer = { key: 'k'.repeat(64), seat: 'seat-1' };
const written = (data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'lab-progress' },
  data,
});
const read = (data: Record<string, string>) => progressOf(written(data), NOW, signer);
const none = { exercises: { passed: 0, total: TOTAL }, progress: `0/${TOTAL}` };

/** Returns a step as a guide writes it, with a proof for the seat and the step in `signed`. */
const passedStep = (signed: { id: string; seat?: string }) => {
  const step = { ...TIMES, traceId: 'abc' };
  return { ...step, proof: proofOf({ ...signer, ...(signed.seat && { seat: signed.seat }) }, signed.id, step) };
};

test('counts the steps that the guide of this seat has signed, of all steps of the course', () => {
  const steps = JSON.stringify({ [first]: passedStep({ id: first }), [second]: { startedAt: TIMES.startedAt } });
  expect(read({ passed: '1', total: '999', steps, lastActivity: '2026-01-05T08:59:30.5+01:00' })).toEqual({
    status: {
      exercises: { passed: 1, total: TOTAL },
      progress: `1/${TOTAL}`,
      lastActivity: '2026-01-05T07:59:30Z',
      course: { step: second, since: TIMES.startedAt, passed: [first] },
    },
    unverified: 0,
  });
});

test('shows that no step is passed before the first check', () => {
  expect(progressOf(undefined, NOW, undefined)).toEqual({ status: none, unverified: 0 });
  expect(read({})).toEqual({ status: none, unverified: 0 });
});

test('counts a step with a signature from before the upgrade', () => {
  const proof = createHmac('sha256', signer.key).update(`${first}\n${TIMES.passedAt}\n`).digest('hex');
  expect(read({ passed: '1', steps: JSON.stringify({ [first]: { ...TIMES, proof } }) }).unverified).toBe(0);
});

test.each<[string, object]>([
  ['a passed step without a signature', { [first]: TIMES }],
  ['an invented signature', { [first]: { ...TIMES, proof: 'a'.repeat(64) } }],
  ['a signature of another step', { [first]: passedStep({ id: second }) }],
  ['a signature of another seat', { [first]: passedStep({ id: first, seat: 'seat-2' }) }],
  ['a signature with another time', { [first]: { ...passedStep({ id: first }), passedAt: TIMES.startedAt } }],
])('does not count %s, and reports it', (_what, steps) => {
  expect(read({ passed: '1', steps: JSON.stringify(steps) })).toEqual({
    status: { ...none, course: { step: first, since: expect.any(String) as string, passed: [] } },
    unverified: 1,
  });
});

test('copies no number that has no signatures, and reports it', () => {
  expect(read({ passed: '999', total: '999' })).toEqual({ status: none, unverified: 999 });
});

test('counts no step while the key is not known', () => {
  const steps = JSON.stringify({ [first]: passedStep({ id: first }) });
  expect(progressOf(written({ passed: '1', steps }), NOW, undefined)).toMatchObject({ status: none, unverified: 1 });
});

test.each(['-1', '1e9', '0x10', '1.5', ' 3', '3\n', '\u001b[31m3', 'NaN', '٣', '9'.repeat(10), ''])(
  'ignores %j as a number of passed steps',
  (passed) => {
    expect(read({ passed, total: '12' })).toEqual({ status: none, unverified: 0 });
  },
);

test.each([
  'yesterday',
  '2026-01-05',
  '2026-13-45T99:99:99Z',
  '2026-01-05T09:00:00Z\nREADY',
  '2026-01-05T09:00:00 ',
  '1969-01-01T00:00:00Z',
  '2027-01-01T00:00:00Z',
])('ignores %j as the time of the last activity', (lastActivity) => {
  expect(read({ lastActivity }).status).toEqual(none);
});

test('replaces an activity time slightly in the future with the current time', () => {
  expect(read({ lastActivity: '2026-01-05T09:03:00Z' })).toMatchObject({
    status: { lastActivity: '2026-01-05T09:00:00Z' },
  });
});

describe('where the attendee is in the course', () => {
  const failed = { finding: 'code/never-ended', hop: 'shape', times: 3, at: '2026-01-05T08:30:00.123Z' };
  const courseOf = (steps: object) => read({ steps: JSON.stringify(steps) }).status.course;
  const at = (minute: number) => ({ startedAt: new Date(Date.UTC(2026, 0, 5, 8, minute)).toISOString() });

  test('names the step that was started last, and why its check has failed', () => {
    const steps = { [second]: { ...at(10), failed }, [first]: { ...at(5), failed: { ...failed, times: 1 } } };
    expect(courseOf(steps)).toEqual({
      step: second,
      since: '2026-01-05T08:10:00Z',
      passed: [],
      check: { ...failed, step: second, at: '2026-01-05T08:30:00Z' },
    });
  });

  test('names an earlier step again once the later one has passed, with its own failed check', () => {
    const steps = { [first]: { ...at(5), failed }, [second]: { ...passedStep({ id: second }), failed } };
    expect(courseOf(steps)).toMatchObject({ step: first, passed: [second], check: { step: first } });
  });

  test('names no step if all that were started have passed', () => {
    const steps = { [first]: passedStep({ id: first }), [second]: passedStep({ id: second }) };
    expect(courseOf(steps)).toEqual({ passed: [first, second] });
  });

  test.each<[string, object]>([
    ['of a step that the course does not have', { '99-mine': at(1) }],
    ['with a name of the prototype', JSON.parse(`{ "__proto__": ${JSON.stringify(at(1))} }`) as object],
    ['that starts in the future', { [first]: { startedAt: '2027-01-01T00:00:00Z' } }],
    ['that starts at a date that is no time', { [first]: { startedAt: '2026-01-05' } }],
  ])('ignores a record %s', (_what, steps) => {
    expect(courseOf(steps)).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['a text of the seat', '<b>hello</b>'],
    ['a finding that the catalogue does not have', { ...failed, finding: 'code/hello' }],
    ['a finding in a list', { ...failed, finding: ['code/never-ended'] }],
    ['a finding with the name of a method', { ...failed, finding: 'constructor' }],
    ['another hop', { ...failed, hop: 'moon' }],
    ['no hop', { ...failed, hop: undefined }],
    ['zero failures', { ...failed, times: 0 }],
    ['more failures than the guide counts', { ...failed, times: 1_000 }],
    ['half a failure', { ...failed, times: 1.5 }],
    ['a number of failures that is a text', { ...failed, times: '3' }],
    ['a time in the future', { ...failed, at: '2027-01-01T00:00:00Z' }],
    ['a time that is a number', { ...failed, at: 0 }],
    ['nothing', null],
  ])('shows the step without a failed check that has %s', (_what, record) => {
    expect(courseOf({ [first]: { ...at(5), failed: record } })).toEqual({
      step: first,
      since: '2026-01-05T08:05:00Z',
      passed: [],
    });
  });

  test('copies no field that the guide does not write', () => {
    const steps = { [first]: { ...at(5), failed: { ...failed, step: second, note: 'hello' } } };
    expect(courseOf(steps)?.check).toEqual({ ...failed, step: first, at: '2026-01-05T08:30:00Z' });
  });
});
