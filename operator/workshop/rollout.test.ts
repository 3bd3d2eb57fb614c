import { DEFAULTS, FINALIZER, LABELS } from '../api/types.ts';
import type { Seat, Workshop } from '../api/types.ts';
import { LAB_HASH, aSeat, aWorkshop } from './testing/fixtures.ts';
import { planRollout } from './rollout.ts';
import type { RolloutInput } from './rollout.ts';
import { wantedSeats } from './seats.ts';

const [BEFORE, NOW] = [
  aWorkshop({ seats: 6, lab: { jaeger: { maxTraces: 1 } } }),
  aWorkshop({ seats: 6, lab: { jaeger: { maxTraces: 2 } } }),
];
const wanted = wantedSeats(NOW, LAB_HASH);
const [first, second, third, fourth, fifth, sixth] = wanted.map(({ metadata: { name } }) => name) as [
  string,
  string,
  string,
  string,
  string,
  string,
];

/** Builds the live Seat of the attendee with this index, for one version of the Workshop. */
const made = (index: number, overrides: Parameters<typeof aSeat>[1] = { phase: 'Ready' }, by: Workshop = NOW): Seat =>
  aSeat(wantedSeats(by, LAB_HASH)[index] as Seat, overrides);
const old = (index: number, overrides: Parameters<typeof aSeat>[1] = { phase: 'Ready' }): Seat =>
  made(index, overrides, BEFORE);

const input = (more: Partial<RolloutInput>): RolloutInput => ({
  wanted,
  existing: [],
  taken: new Set(),
  known: new Set(),
  fitting: new Set(wanted.map(({ metadata: { name } }) => name)),
  ...DEFAULTS.rollout,
  mayStart: true,
  ...more,
});

const namesOf = (seats: readonly Seat[]): string[] => seats.map(({ metadata: { name } }) => name);

/** Returns the names of the Seats that a plan creates, changes or deletes. */
function plan(more: Partial<RolloutInput>): {
  create: string[];
  update: string[];
  remove: string[];
  waiting: readonly string[];
  halted: boolean;
} {
  const { create, update, remove, waiting, halted } = planRollout(input(more));
  return {
    create: namesOf(create),
    update: namesOf(update.map(({ wanted: one }) => one)),
    remove: namesOf(remove),
    waiting,
    halted,
  };
}

const BROKEN = {
  type: 'Ready',
  status: 'False',
  reason: 'BrokenByAttendee',
  message: '',
  lastTransitionTime: '2026-01-05T09:00:00Z',
} as const;

const nothing = { create: [], update: [], remove: [] };

describe('creation of seats', () => {
  test('creates seats in order, at most maxConcurrent at a time', () => {
    expect(plan({ maxConcurrent: 2 })).toMatchObject({
      create: [first, second],
      waiting: [third, fourth, fifth, sixth],
    });
  });

  test('counts seats in flight towards maxConcurrent', () => {
    expect(plan({ maxConcurrent: 2, existing: [made(0, { phase: 'Provisioning' })] })).toMatchObject({
      create: [second],
    });
    expect(plan({ maxConcurrent: 2, existing: [made(0, { phase: 'Provisioning' }), made(1, {})] })).toMatchObject(
      nothing,
    );
  });

  test.each(['Ready', 'Stopped', 'Failed'] as const)(
    'does not count a seat towards maxConcurrent if it is %s',
    (phase) => {
      expect(plan({ maxConcurrent: 1, existing: [made(0, { phase })] })).toMatchObject({ create: [second] });
    },
  );

  test('counts a seat as in flight if its status describes an earlier spec', () => {
    const changed = made(0, { phase: 'Failed', metadata: { generation: 2 } });
    expect(plan({ maxConcurrent: 1, maxFailures: 1, existing: [changed] })).toMatchObject({
      create: [],
      halted: false,
    });
  });

  test('creates only seats that fit on the nodes', () => {
    const { create, unplaced } = planRollout(input({ fitting: new Set([first]) }));
    expect(namesOf(create)).toEqual([first]);
    expect(unplaced).toEqual([second, third, fourth, fifth, sixth]);
  });

  test('does not create a seat whose name somebody else already uses', () => {
    expect(plan({ taken: new Set([first]), maxConcurrent: 1 })).toMatchObject({
      create: [second],
      waiting: [third, fourth, fifth, sixth],
    });
  });
});

describe('changes of existing seats', () => {
  const all = [0, 1, 2, 3, 4, 5].map((index) => old(index));

  test('changes at most maxConcurrent seats at a time', () => {
    expect(plan({ existing: all, maxConcurrent: 2 })).toMatchObject({
      create: [],
      update: [first, second],
      waiting: [third, fourth, fifth, sixth],
    });
  });

  test('creates missing seats first, then changes broken seats, then working seats', () => {
    const existing = [...all.slice(0, 4), old(4, { phase: 'Failed' })];
    expect(plan({ existing, maxConcurrent: 2 })).toMatchObject({ create: [sixth], update: [fifth] });
  });

  test('gives a seat in flight the new spec without counting it twice towards maxConcurrent', () => {
    const existing = [old(0, { phase: 'Provisioning' }), old(1, { phase: 'Provisioning' }), ...all.slice(2)];
    expect(plan({ existing, maxConcurrent: 2 })).toMatchObject({ update: [first, second] });
    expect(plan({ existing, maxConcurrent: 3 })).toMatchObject({ update: [first, second, third] });
  });

  test('does not change a seat that already matches the spec', () => {
    expect(plan({ existing: wanted.map((_, index) => made(index)) })).toMatchObject({ ...nothing, waiting: [] });
  });

  test('writes a new display name at once, even while the rollout is paused', () => {
    const renamed = wantedSeats(
      aWorkshop({ ...NOW.spec, attendees: wanted.map(({ spec }) => ({ name: spec.attendee, displayName: 'N.' })) }),
      LAB_HASH,
    );
    const existing = wanted.map((_, index) => made(index));
    expect(plan({ wanted: renamed, existing, maxConcurrent: 1, mayStart: false })).toMatchObject({
      update: wanted.map(({ metadata: { name } }) => name),
    });
  });

  test('stops all seats at once, but starts at most maxConcurrent seats at a time', () => {
    const stopped = wantedSeats(NOW, LAB_HASH, { stopped: true });
    const existing = wanted.map((_, index) => made(index));
    expect(plan({ wanted: stopped, existing, maxConcurrent: 1, mayStart: false }).update).toHaveLength(6);
    const asleep = wanted.map((_, index) => made(index, { spec: { stopped: true }, phase: 'Stopped' }));
    expect(plan({ existing: asleep, maxConcurrent: 1 })).toMatchObject({ update: [first] });
    expect(plan({ existing: asleep, mayStart: false })).toMatchObject(nothing);
  });
});

describe('failures of seats', () => {
  const broken = [made(0, { phase: 'Failed' }), made(1, { phase: 'Failed' })];

  test('continues the rollout while fewer than maxFailures seats have failed', () => {
    expect(plan({ existing: broken, maxFailures: 3, maxConcurrent: 1 })).toMatchObject({
      create: [third],
      halted: false,
    });
  });

  test('stops the rollout when maxFailures seats have failed', () => {
    expect(plan({ existing: [...broken, old(2)], maxFailures: 2 })).toMatchObject({
      ...nothing,
      halted: true,
      waiting: [third, fourth, fifth, sixth],
    });
  });

  test('does not count a seat towards maxFailures if it failed at an earlier revision', () => {
    const before = [old(0, { phase: 'Failed' }), old(1, { phase: 'Failed' })];
    expect(plan({ existing: before, maxFailures: 2, maxConcurrent: 1 })).toMatchObject({
      create: [third],
      halted: false,
    });
  });

  test.each<[string, Seat['status']]>([
    ['its attendee broke it', { conditions: [BROKEN] }],
    ['its lab was ready at this revision before', { readyRevision: wanted[0]?.spec.revision ?? '' }],
  ])('does not count a failed seat towards maxFailures if %s', (_, status) => {
    const failed = made(0, { phase: 'Failed', ...(status && { status: { phase: 'Failed', ...status } }) });
    expect(plan({ existing: [failed], maxFailures: 1, maxConcurrent: 1 })).toMatchObject({
      create: [second],
      halted: false,
    });
  });

  test('resets a failed seat even after maxFailures seats have failed', () => {
    const known = new Set([first, second, third]);
    expect(plan({ existing: broken, known, maxFailures: 2 })).toMatchObject({ create: [third] });
  });
});

describe('pause of a rollout', () => {
  test('holds back new seats while the rollout is paused', () => {
    expect(plan({ mayStart: false, existing: [old(0)] })).toMatchObject({
      ...nothing,
      waiting: [first, second, third, fourth, fifth, sixth],
    });
  });

  test('creates a seat that somebody deleted to reset it, even while the rollout is paused', () => {
    expect(plan({ mayStart: false, known: new Set([second]), existing: [made(0)] })).toMatchObject({
      create: [second],
    });
  });

  test('deletes a seat without an attendee, even while the rollout is paused', () => {
    expect(plan({ mayStart: false, wanted: wanted.slice(1), existing: [made(0), made(1)] })).toMatchObject({
      remove: [first],
      update: [],
    });
  });
});

describe('edits of a Seat by hand', () => {
  const edited = (metadata: object, spec: object = {}): Seat => made(0, { phase: 'Ready', metadata, spec });

  test.each([
    ['its spec', edited({}, { lab: { visitors: { enabled: false } } })],
    ['a label', edited({ labels: { ...wanted[0]?.metadata.labels, [LABELS.attendee]: 'bob' } })],
    ['its finalizer', edited({ finalizers: ['other/one'] })],
    ['its owner', edited({ ownerReferences: [] })],
  ])('undoes an edit of a Seat by hand if it changes %s, even while the rollout is paused', (_, seat) => {
    expect(plan({ existing: [seat], mayStart: false })).toMatchObject({ update: [first] });
  });

  test.each([
    ['replicas, which belongs to the instructor', edited({}, { replicas: 0 })],
    [
      'labels, finalizers and annotations of other programs',
      edited({
        labels: { ...wanted[0]?.metadata.labels, theirs: '1' },
        finalizers: [FINALIZER, 'other/one'],
        annotations: { theirs: '1' },
      }),
    ],
  ])('keeps an edit of a Seat by hand if it changes %s', (_, seat) => {
    expect(plan({ existing: [seat], mayStart: false })).toMatchObject({ update: [] });
  });

  test('undoes an edit in a seat that must not change yet, without giving the seat the new spec', () => {
    const { update } = planRollout(
      input({
        existing: [old(0, { metadata: { finalizers: [] }, phase: 'Ready', spec: { replicas: 0 } })],
        mayStart: false,
      }),
    );
    expect(update).toHaveLength(1);
    expect(update[0]?.wanted).toMatchObject({ metadata: { finalizers: [FINALIZER] }, spec: old(0).spec });
    expect(update[0]?.wanted.spec).not.toHaveProperty('replicas');
  });

  test('ignores an edit of a seat that is being deleted', () => {
    const going = old(0, { metadata: { deletionTimestamp: '2026-01-05T09:00:00Z', labels: {} }, phase: 'Ready' });
    expect(plan({ existing: [going], maxConcurrent: 5 }).update).toEqual([]);
    expect(plan({ existing: [going], wanted: [] })).toMatchObject(nothing);
  });
});
