import fc from 'fast-check';
import { DEFAULTS, FINALIZER, LABELS } from '../api/types.ts';
import type { Seat, Workshop } from '../api/types.ts';
import { aSeat, aWorkshop } from './testing/fixtures.ts';
import { planRollout } from './rollout.ts';
import type { RolloutInput, RolloutPlan } from './rollout.ts';
import { hasFailed, isAsWanted, isInFlight, isLeaving, isSettled, wantedSeats } from './seats.ts';

const [BEFORE, NOW] = [
  aWorkshop({ seats: 6, lab: { jaeger: { maxTraces: 1 } } }),
  aWorkshop({ seats: 6, lab: { jaeger: { maxTraces: 2 } } }),
];
const wanted = wantedSeats(NOW);
const [first, second, third, fourth, fifth, sixth] = wanted.map(({ metadata: { name } }) => name) as [
  string,
  string,
  string,
  string,
  string,
  string,
];

/** Seat number `index` as it was made by a Workshop. */
const made = (index: number, overrides: Parameters<typeof aSeat>[1] = { phase: 'Ready' }, by: Workshop = NOW): Seat =>
  aSeat(wantedSeats(by)[index] as Seat, overrides);
const old = (index: number, overrides: Parameters<typeof aSeat>[1] = { phase: 'Ready' }): Seat =>
  made(index, overrides, BEFORE);

const input = (more: Partial<RolloutInput>): RolloutInput => ({
  wanted,
  existing: [],
  taken: new Set(),
  known: new Set(),
  fitting: new Set(wanted.map(({ metadata: { name } }) => name)),
  ...DEFAULTS.rollout,
  mayBegin: true,
  ...more,
});

const namesOf = (seats: readonly Seat[]): string[] => seats.map(({ metadata: { name } }) => name);

/** The names of the seats in a plan. */
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

const nothing = { create: [], update: [], remove: [] };

describe('making seats', () => {
  test('the first ones are made, as many as may be at a time', () => {
    expect(plan({ maxConcurrent: 2 })).toMatchObject({
      create: [first, second],
      waiting: [third, fourth, fifth, sixth],
    });
  });

  test('those that are neither ready nor failed hold a place', () => {
    expect(plan({ maxConcurrent: 2, existing: [made(0, { phase: 'Provisioning' })] })).toMatchObject({
      create: [second],
    });
    expect(plan({ maxConcurrent: 2, existing: [made(0, { phase: 'Provisioning' }), made(1, {})] })).toMatchObject(
      nothing,
    );
  });

  test.each(['Ready', 'Stopped', 'Failed'] as const)('one that is %s holds none', (phase) => {
    expect(plan({ maxConcurrent: 1, existing: [made(0, { phase })] })).toMatchObject({ create: [second] });
  });

  test('a status that is not about the spec as it is now counts for nothing', () => {
    const changed = made(0, { phase: 'Failed', metadata: { generation: 2 } });
    expect(plan({ maxConcurrent: 1, maxFailures: 1, existing: [changed] })).toMatchObject({
      create: [],
      halted: false,
    });
  });

  test('only those that the nodes have room for are made', () => {
    const { create, unplaced } = planRollout(input({ fitting: new Set([first]) }));
    expect(namesOf(create)).toEqual([first]);
    expect(unplaced).toEqual([second, third, fourth, fifth, sixth]);
  });

  test('a name that is another’s is left alone', () => {
    expect(plan({ taken: new Set([first]), maxConcurrent: 1 })).toMatchObject({
      create: [second],
      waiting: [third, fourth, fifth, sixth],
    });
  });
});

describe('changing seats', () => {
  const all = [0, 1, 2, 3, 4, 5].map((index) => old(index));

  test('as many are changed as may be at a time', () => {
    expect(plan({ existing: all, maxConcurrent: 2 })).toMatchObject({
      create: [],
      update: [first, second],
      waiting: [third, fourth, fifth, sixth],
    });
  });

  test('who has no seat yet comes before who has a new one to get, and a broken seat before one that works', () => {
    const existing = [...all.slice(0, 4), old(4, { phase: 'Failed' })];
    expect(plan({ existing, maxConcurrent: 2 })).toMatchObject({ create: [sixth], update: [fifth] });
  });

  test('a seat on its way to what was wanted before is sent to what is wanted now, and takes no other’s place', () => {
    const existing = [old(0, { phase: 'Provisioning' }), old(1, { phase: 'Provisioning' }), ...all.slice(2)];
    expect(plan({ existing, maxConcurrent: 2 })).toMatchObject({ update: [first, second] });
    expect(plan({ existing, maxConcurrent: 3 })).toMatchObject({ update: [first, second, third] });
  });

  test('nothing is changed that is as it should be', () => {
    expect(plan({ existing: wanted.map((_, index) => made(index)) })).toMatchObject({ ...nothing, waiting: [] });
  });

  test('how an attendee is called is changed at once, paused or not', () => {
    const renamed = wantedSeats(
      aWorkshop({ ...NOW.spec, attendees: wanted.map(({ spec }) => ({ name: spec.attendee, displayName: 'N.' })) }),
    );
    const existing = wanted.map((_, index) => made(index));
    expect(plan({ wanted: renamed, existing, maxConcurrent: 1, mayBegin: false })).toMatchObject({
      update: wanted.map(({ metadata: { name } }) => name),
    });
  });

  test('stopping does not wait, starting does', () => {
    const stopped = wantedSeats(NOW, { stopped: true });
    const existing = wanted.map((_, index) => made(index));
    expect(plan({ wanted: stopped, existing, maxConcurrent: 1, mayBegin: false }).update).toHaveLength(6);
    const asleep = wanted.map((_, index) => made(index, { spec: { stopped: true }, phase: 'Stopped' }));
    expect(plan({ existing: asleep, maxConcurrent: 1 })).toMatchObject({ update: [first] });
    expect(plan({ existing: asleep, mayBegin: false })).toMatchObject(nothing);
  });
});

describe('failures', () => {
  const broken = [made(0, { phase: 'Failed' }), made(1, { phase: 'Failed' })];

  test('with fewer than that many the rollout goes on', () => {
    expect(plan({ existing: broken, maxFailures: 3, maxConcurrent: 1 })).toMatchObject({
      create: [third],
      halted: false,
    });
  });

  test('with that many at the present revision nothing is begun', () => {
    expect(plan({ existing: [...broken, old(2)], maxFailures: 2 })).toMatchObject({
      ...nothing,
      halted: true,
      waiting: [third, fourth, fifth, sixth],
    });
  });

  test('failures at a revision before don’t count: the change may be what mends them', () => {
    const before = [old(0, { phase: 'Failed' }), old(1, { phase: 'Failed' })];
    expect(plan({ existing: before, maxFailures: 2, maxConcurrent: 1 })).toMatchObject({
      create: [third],
      halted: false,
    });
  });

  test('a failed seat that was deleted is made again all the same', () => {
    const known = new Set([first, second, third]);
    expect(plan({ existing: broken, known, maxFailures: 2 })).toMatchObject({ create: [third] });
  });
});

describe('a pause', () => {
  test('holds back what has not begun', () => {
    expect(plan({ mayBegin: false, existing: [old(0)] })).toMatchObject({
      ...nothing,
      waiting: [first, second, third, fourth, fifth, sixth],
    });
  });

  test('holds back no seat that was deleted to be had afresh', () => {
    expect(plan({ mayBegin: false, known: new Set([second]), existing: [made(0)] })).toMatchObject({
      create: [second],
    });
  });

  test('holds back no removal', () => {
    expect(plan({ mayBegin: false, wanted: wanted.slice(1), existing: [made(0), made(1)] })).toMatchObject({
      remove: [first],
      update: [],
    });
  });
});

describe('edits by hand', () => {
  const edited = (metadata: object, spec: object = {}): Seat => made(0, { phase: 'Ready', metadata, spec });

  test.each([
    ['its spec', edited({}, { lab: { visitors: { enabled: false } } })],
    ['a label', edited({ labels: { ...wanted[0]?.metadata.labels, [LABELS.attendee]: 'bob' } })],
    ['its finalizer', edited({ finalizers: ['other/one'] })],
    ['its owner', edited({ ownerReferences: [] })],
  ])('of %s are put right even while nothing may begin', (_, seat) => {
    expect(plan({ existing: [seat], mayBegin: false })).toMatchObject({ update: [first] });
  });

  test.each([
    ['replicas, the instructor’s own', edited({}, { replicas: 0 })],
    [
      'labels, finalizers and annotations of others',
      edited({
        labels: { ...wanted[0]?.metadata.labels, theirs: '1' },
        finalizers: [FINALIZER, 'other/one'],
        annotations: { theirs: '1' },
      }),
    ],
  ])('of %s are left alone', (_, seat) => {
    expect(plan({ existing: [seat], mayBegin: false })).toMatchObject({ update: [] });
  });

  test('of a seat that is not to change yet, what is not in its spec is put right and its spec stays', () => {
    const { update } = planRollout(
      input({
        existing: [old(0, { metadata: { finalizers: [] }, phase: 'Ready', spec: { replicas: 0 } })],
        mayBegin: false,
      }),
    );
    expect(update).toHaveLength(1);
    expect(update[0]?.wanted).toMatchObject({ metadata: { finalizers: [FINALIZER] }, spec: old(0).spec });
    expect(update[0]?.wanted.spec).not.toHaveProperty('replicas');
  });

  test('a seat that is going is neither changed nor removed again', () => {
    const going = old(0, { metadata: { deletionTimestamp: '2026-01-05T09:00:00Z', labels: {} }, phase: 'Ready' });
    expect(plan({ existing: [going], maxConcurrent: 5 }).update).toEqual([]);
    expect(plan({ existing: [going], wanted: [] })).toMatchObject(nothing);
  });
});

/** By the version of the lab. */
const wantedOf = Array.from({ length: 10 }, (_, version) =>
  wantedSeats(aWorkshop({ seats: 12, lab: { jaeger: { maxTraces: version } } })),
);

/** A class with everything that can happen to it. */
class World {
  readonly maxConcurrent: number;
  readonly maxFailures: number;
  version = 1;
  size: number;
  paused = false;
  room: number;
  known: ReadonlySet<string> = new Set();
  seats = new Map<string, Seat>();

  constructor({
    maxConcurrent,
    maxFailures,
    size,
    room,
  }: {
    maxConcurrent: number;
    maxFailures: number;
    size: number;
    room: number;
  }) {
    this.maxConcurrent = maxConcurrent;
    this.maxFailures = maxFailures;
    this.size = size;
    this.room = room;
  }

  get wanted(): Seat[] {
    return (wantedOf[this.version] ?? []).slice(0, this.size);
  }

  get input(): RolloutInput {
    const names = namesOf(this.wanted);
    this.known = new Set(names.filter((name) => this.known.has(name) || this.seats.has(name)));
    return input({
      wanted: this.wanted,
      existing: [...this.seats.values()],
      known: this.known,
      fitting: new Set(names.slice(0, this.room)),
      maxConcurrent: this.maxConcurrent,
      maxFailures: this.maxFailures,
      mayBegin: !this.paused,
    });
  }

  apply({ create, update, remove }: RolloutPlan): void {
    for (const seat of create) this.seats.set(seat.metadata.name, aSeat(seat));
    for (const { live, wanted: next } of update) {
      // As the API server does: what is not in the spec raises no generation.
      const generation =
        (live.metadata.generation ?? 0) + (JSON.stringify(live.spec) === JSON.stringify(next.spec) ? 0 : 1);
      const metadata = { ...live.metadata, ...next.metadata, generation };
      this.seats.set(live.metadata.name, { ...live, metadata, spec: next.spec });
    }
    for (const seat of remove) this.delete(seat);
  }

  delete(seat: Seat): void {
    this.seats.set(seat.metadata.name, {
      ...seat,
      metadata: { ...seat.metadata, deletionTimestamp: '2026-01-05T09:00:00Z' },
    });
  }

  /** The seat's reconciler gets that far with it; what is going is gone. */
  settle(seat: Seat, phase: 'Ready' | 'Failed' | 'Provisioning'): void {
    if (isLeaving(seat)) this.seats.delete(seat.metadata.name);
    else
      this.seats.set(
        seat.metadata.name,
        aSeat(seat, { metadata: seat.metadata, phase, status: { observedGeneration: seat.metadata.generation ?? 0 } }),
      );
  }

  nth(index: number): Seat | undefined {
    return [...this.seats.values()][index % Math.max(1, this.seats.size)];
  }
}

type Step = (world: World) => void;

const index = fc.nat(20);
const onSeat =
  (what: (world: World, seat: Seat) => void) =>
  (at: number): Step =>
  (world) => {
    const seat = world.nth(at);
    if (seat) what(world, seat);
  };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: index.map(onSeat((world, seat) => world.settle(seat, 'Ready'))) },
  { weight: 2, arbitrary: index.map(onSeat((world, seat) => world.settle(seat, 'Failed'))) },
  { weight: 1, arbitrary: index.map(onSeat((world, seat) => world.settle(seat, 'Provisioning'))) },
  { weight: 1, arbitrary: index.map(onSeat((world, seat) => world.delete(seat))) },
  {
    weight: 1,
    arbitrary: index.map(
      onSeat((world, seat) =>
        world.seats.set(seat.metadata.name, { ...seat, metadata: { ...seat.metadata, labels: {} } }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(12).map((size): Step => (world) => {
      world.size = size;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.nat(12).map((room): Step => (world) => {
      world.room = room;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.nat(3).map((version): Step => (world) => {
      world.version = version;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((paused): Step => (world) => {
      world.paused = paused;
    }),
  },
);

const settings = fc.record({
  maxConcurrent: fc.integer({ min: 1, max: 4 }),
  maxFailures: fc.integer({ min: 1, max: 3 }),
  size: fc.nat(12),
  room: fc.nat(12),
});

const inFlight = (world: World): number => {
  const names = new Set(namesOf(world.wanted));
  return [...world.seats.values()].filter((seat) => names.has(seat.metadata.name) && isInFlight(seat)).length;
};

/** What must hold of every plan, whatever has happened. */
function check(world: World, { create, update, remove }: RolloutPlan): void {
  const { wanted: all, existing, fitting, known } = world.input;
  const names = new Set(namesOf(all));
  const failed = existing.filter(
    (seat) => hasFailed(seat) && names.has(seat.metadata.name) && seat.spec.revision === all[0]?.spec.revision,
  );
  const held = world.paused || failed.length >= world.maxFailures;

  expect(create.filter(({ metadata: { name } }) => world.seats.has(name) || !fitting.has(name))).toEqual([]);
  expect(remove.filter((seat) => names.has(seat.metadata.name))).toEqual([]);
  expect(namesOf(remove)).toEqual(
    namesOf(existing.filter((seat) => !names.has(seat.metadata.name) && !isLeaving(seat))),
  );
  expect(update.filter(({ live, wanted: next }) => isLeaving(live) || isAsWanted(live, next))).toEqual([]);
  expect(new Set(update.map(({ live }) => live.metadata.name)).size).toBe(update.length);
  expect(held ? create.filter(({ metadata: { name } }) => !known.has(name)) : []).toEqual([]);
  expect(held ? update.filter(({ live, wanted: next }) => live.spec.revision !== next.spec.revision) : []).toEqual([]);
}

test('whatever happens, no more seats are in flight than may be, and none is touched without need', () => {
  fc.assert(
    fc.property(settings, fc.array(step, { maxLength: 60 }), (of, steps) => {
      const world = new World(of);
      for (const one of steps) {
        one(world);
        const [plan1, before] = [planRollout(world.input), inFlight(world)];
        check(world, plan1);
        world.apply(plan1);
        expect(inFlight(world)).toBeLessThanOrEqual(Math.max(world.maxConcurrent, before));
        expect(planRollout(world.input)).toMatchObject(nothing);
      }
    }),
    { numRuns: 150 },
  );
}, 30_000);

test('whatever has happened, a class that is let go on ends with every seat as it is wanted', () => {
  fc.assert(
    fc.property(settings, fc.array(step, { maxLength: 40 }), (of, steps) => {
      const world = new World(of);
      for (const one of steps) {
        one(world);
        world.apply(planRollout(world.input));
      }
      world.paused = false;
      world.room = world.size;
      world.version = 9; // the change that mends what has failed
      for (let round = 0; round <= 2 * world.size + 2; round++) {
        world.apply(planRollout(world.input));
        for (const seat of world.seats.values()) world.settle(seat, 'Ready');
      }
      expect(namesOf([...world.seats.values()]).sort()).toEqual(namesOf(world.wanted).sort());
      expect(world.wanted.every((seat) => isAsWanted(world.seats.get(seat.metadata.name) as Seat, seat))).toBe(true);
      expect([...world.seats.values()].every(isSettled)).toBe(true);
      expect(planRollout(world.input)).toMatchObject({ ...nothing, waiting: [] });
    }),
    { numRuns: 100 },
  );
}, 30_000);
